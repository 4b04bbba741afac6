// The dashboard: asks for JSON every two seconds and draws it. Text from the cluster goes into the page as text only.
'use strict';

const EVERY_MS = 2000;
const HOUR_MS = 3600 * 1000;
const byId = (id) => document.getElementById(id);

async function ask(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(10000) });
  if (!response.ok) throw new Error((await response.text()).trim() || response.statusText);
  return response.json();
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'onclick') made.onclick = value;
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let i = 0;
  while (Math.abs(n) >= 1024 && i < units.length - 1) { n /= 1024; i++; }
  return (i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + ' ' + units[i];
}
const count = (n) => Number(n).toLocaleString('en');
function span(seconds) {
  if (seconds < 120) return Math.round(seconds) + ' s';
  if (seconds < 7200) return Math.round(seconds / 60) + ' min';
  if (seconds < 172800) return Math.round(seconds / 3600) + ' h';
  return Math.round(seconds / 86400) + ' days';
}
const moment = (seconds) => new Date(seconds * 1000).toLocaleString();

// columns: [title, cell of a row, whether a number]
function table(id, columns, rows, nothing) {
  const target = byId(id);
  const focused = target.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const head = element('tr', {}, ...columns.map(([title, , number]) =>
    element('th', { scope: 'col', class: number ? 'number' : null }, title)));
  const body = rows.map((row) => element('tr', {}, ...columns.map(([, cell, number]) =>
    element('td', { class: number ? 'number' : null }, cell(row)))));
  if (!body.length) body.push(element('tr', {}, element('td', { colspan: columns.length, class: 'dim' }, nothing)));
  target.replaceChildren(element('thead', {}, head), element('tbody', {}, ...body));
  if (focused) target.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

// ---- health and summary

const TONES = { ONLINE: 'good', SUSPECT: 'warn', OFFLINE: 'bad', DRAINING: 'warn', MAINTENANCE: 'warn', REMOVED: 'dim' };
const SEVERITIES = { INFO: 'dim', WARN: 'warn', ERROR: 'bad' };
const tone = (state) => element('span', { class: TONES[state] || 'warn' }, String(state).toLowerCase());
const total = (servers, field) => servers.reduce((sum, server) => sum + server[field], 0);

function showHealth(status) {
  const problems = status.problems;
  const worst = problems.some((p) => p.severity === 'ERROR') ? 'bad' : problems.some((p) => p.severity === 'WARN') ? 'warn' : 'good';
  byId('health').className = 'badge ' + worst;
  byId('health').textContent = { good: 'healthy', warn: 'needs attention', bad: 'data cannot be read or written' }[worst];
  byId('problems').hidden = problems.length === 0;
  byId('reasons').replaceChildren(...problems.map((p) => element('li', {},
    element('span', { class: SEVERITIES[p.severity] }, p.what), element('div', { class: 'dim' }, p.action))));
  byId('cluster').textContent = `${status.version}, up ${span(status.uptimeSeconds)}, cluster ${status.clusterId}`;
  document.title = 'dfs: ' + byId('health').textContent;
}

function showTiles(status) {
  const alive = status.servers.filter((server) => server.state !== 'OFFLINE');
  const tiles = [
    ['free of ' + bytes(total(alive, 'capacityBytes')), bytes(total(alive, 'freeBytes'))],
    ['used by chunks', bytes(total(status.servers, 'usedBytes'))],
    ['files and folders', count(status.inodes)],
    ['chunks', count(status.chunks)],
    ['dataservers online', status.servers.filter((s) => s.state === 'ONLINE').length + ' of ' + status.servers.length],
    ['clients', count(status.sessions)],
  ];
  byId('tiles').replaceChildren(...tiles.map(([name, value]) =>
    element('div', { class: 'tile' }, element('b', {}, value), element('span', { class: 'dim' }, name))));
}

function showServers(servers) {
  table('servers', [
    ['Id', (s) => number(s.id)], ['Address', (s) => s.address], ['Host', (s) => s.host + (s.rack ? ' / ' + s.rack : '')],
    ['State', (s) => tone(s.state)],
    ['Disks', (s) => element('meter', {
      min: 0, max: 1, low: 0.8, high: 0.95, optimum: 0,
      value: s.capacityBytes ? 1 - s.freeBytes / s.capacityBytes : 0, title: bytes(s.capacityBytes) }, '')],
    ['Used', (s) => bytes(s.usedBytes), true], ['Free', (s) => bytes(s.freeBytes), true],
    ['Chunks', (s) => count(s.chunks), true],
    ['Heard', (s) => (s.secondsSinceHeartbeat < 0 ? 'never' : span(s.secondsSinceHeartbeat) + ' ago'), true],
    ['Version', (s) => s.version],
  ], servers, 'No dataserver has registered yet: start one with dfs dataserver.');
}
const number = (id) => (id !== null && typeof id === 'object' ? id.value : id);

function showGroups(groups) {
  const short = groups.filter((group) => group.members.length < group.replicas).length;
  byId('groups').textContent = groups.length === 0 ? 'None yet: the first write makes one.'
    : `Groups: ${groups.length}, ${short === 0 ? 'all with as many members as they shall have' : short + ' with too few members'}.`;
}

const WORKS = [['repair', 'Missing copies are made again'], ['balance', 'Servers are filled evenly']];

function showWork(status) {
  const rows = WORKS.map(([name, meaning]) => [meaning, status[name]]).filter(([, w]) => w.groups > 0 || w.bytesLeft > 0 || w.paused);
  byId('work').hidden = rows.length === 0;
  table('work', [
    ['Work', ([meaning, w]) => meaning + (w.paused ? ' (paused)' : '')],
    ['Groups', ([, w]) => `${w.groups}, ${w.running} running`, true],
    ['Left', ([, w]) => bytes(w.bytesLeft), true],
    ['Done', ([, w]) => bytes(w.bytesDone), true],
    ['Speed', ([, w]) => bytes(w.bytesPerSecond) + '/s', true],
    ['Limit of a server', ([, w]) => bytes(w.limitBytesPerSecond) + '/s', true],
    ['Time left', ([, w]) => (w.secondsLeft < 0 ? 'unknown' : span(w.secondsLeft)), true],
  ], rows, '');
}

function showSessions(sessions) {
  table('sessions', [['Client', (s) => s.description || 'unnamed'], ['Since', (s) => moment(s.openedSeconds)],
    ['Session', (s) => s.id, true]], sessions, 'Nobody has the cluster mounted.');
}

let events = [];

async function showEvents() {
  const fresh = await ask('/api/events?after=' + (events.length ? events[0].sequence : 0));
  events = [...fresh.reverse(), ...events].slice(0, 200);
  byId('events-section').hidden = events.length === 0;
  table('events', [
    ['Time', (e) => moment(e.time.seconds)],
    ['Severity', (e) => element('span', { class: SEVERITIES[e.severity] }, e.severity.toLowerCase())],
    ['What', (e) => e.subject], ['What happened', (e) => e.text],
  ], events, '');
}

// ---- charts

const CHARTS = [
  ['Metadata requests', [['requests/s', 'requestsPerSecond']], (n) => count(Math.round(n))],
  ['Time of a metadata request', [['average', 'requestMicros']], (n) => Math.round(n) + ' µs'],
  ['Data', [['read', 'readBytesPerSecond'], ['written, each copy', 'writtenBytesPerSecond']], (n) => bytes(n) + '/s'],
  ['Space used by chunks', [['used', 'usedBytes']], bytes],
];
const COLOURS = ['#2f81f7', '#d97706'];
let samples = [];
const charts = [];

function drawCharts() {
  const box = byId('charts');
  for (const [title, series, format] of CHARTS) {
    const holder = element('div', { class: 'chart' }, element('h3', {}, title));
    box.append(holder);
    const axis = { stroke: () => getComputedStyle(document.body).color, grid: { stroke: '#8884', width: 1 }, ticks: { show: false } };
    const plot = new uPlot({
      width: holder.clientWidth, height: 190, legend: { live: true }, cursor: { y: false },
      scales: { y: { range: (u, low, high) => [0, Math.max(high * 1.1, 1)] } },
      axes: [{ ...axis }, { ...axis, size: 75, values: (u, ticks) => ticks.map(format) }],
      series: [{}, ...series.map(([label], i) => ({
        label, stroke: COLOURS[i], width: 1.5, fill: COLOURS[i] + '22', value: (u, n) => (n === null || n === undefined ? '–' : format(n)) }))],
    }, [[], ...series.map(() => [])], holder);
    charts.push({ plot, series, holder });
  }
  new ResizeObserver(() => charts.forEach(({ plot, holder }) =>
    plot.setSize({ width: holder.clientWidth, height: 190 }))).observe(box);
}

async function updateCharts() {
  const last = samples.length ? samples[samples.length - 1].timeMs : 0;
  samples.push(...await ask('/api/history?since=' + last));
  samples = samples.filter((sample) => sample.timeMs > Date.now() - HOUR_MS);
  const times = samples.map((sample) => sample.timeMs / 1000);
  for (const { plot, series } of charts) {
    plot.setData([times, ...series.map(([, field]) => samples.map((sample) => sample[field]))]);
  }
}

// ---- files

let folder = '/';
let shown = [];
const join = (path, name) => (path === '/' ? '' : path) + '/' + name;

async function openFolder(path, after) {
  try {
    const part = await ask(`/api/tree?path=${encodeURIComponent(path)}&after=${after || 0}`);
    folder = path;
    shown = after ? shown.concat(part.entries) : part.entries;
    byId('more').hidden = !part.next;
    byId('more').onclick = () => openFolder(path, part.next);
    if (!after) byId('layout').replaceChildren();
    showFolder();
  } catch (failure) {
    byId('layout').replaceChildren(element('p', { class: 'bad' }, failure.message));
  }
}

function showFolder() {
  const names = folder.split('/').filter(Boolean);
  const crumbs = [element('button', { onclick: () => openFolder('/') }, 'root')];
  names.forEach((name, i) => {
    const path = '/' + names.slice(0, i + 1).join('/');
    crumbs.push(' / ', element('button', { onclick: () => openFolder(path) }, name));
  });
  byId('crumbs').replaceChildren(...crumbs);
  table('tree', [
    ['Name', (item) => nameOf(item)],
    ['Size', (item) => (item.type === 'DIRECTORY' ? count(item.size) + ' entries' : bytes(item.size)), true],
    ['Copies', (item) => item.replicas, true],
    ['Mode', (item) => item.mode.toString(8).padStart(4, '0')],
    ['Owner', (item) => item.uid + ':' + item.gid],
    ['Changed', (item) => moment(item.mtime)],
  ], shown, 'This folder is empty.');
}

function nameOf(item) {
  const path = join(folder, item.name);
  if (item.type === 'DIRECTORY') return element('button', { onclick: () => openFolder(path), 'data-key': path }, item.name + '/');
  if (item.type === 'FILE' || item.type === 'REGULAR') {
    return element('button', { onclick: () => openFile(path), 'data-key': path }, item.name);
  }
  return item.name;
}

async function openFile(path) {
  try {
    const [file, groups] = [await ask('/api/file?path=' + encodeURIComponent(path)), await ask('/api/groups')];
    const members = new Map(groups.map((group) => [group.id, group.members]));
    byId('layout').replaceChildren(element('h3', {}, `Where ${path} is (${bytes(file.item.size)})`), element('table', { id: 'extents' }));
    table('extents', [
      ['Offset', (e) => bytes(e.offset), true], ['Length', (e) => bytes(e.length), true], ['Chunk', (e) => e.chunk],
      ['At', (e) => bytes(e.chunkOffset), true],
      ['On dataservers', (e) => (members.get(e.group) || []).join(', ') || 'unknown'],
    ], file.extents, 'It holds no data.');
    if (file.more) byId('layout').append(element('p', { class: 'dim' }, 'And more: dfs layout shows all.'));
    byId('layout').scrollIntoView({ block: 'nearest' });
  } catch (failure) {
    byId('layout').replaceChildren(element('p', { class: 'bad' }, failure.message));
  }
}

// ---- the loop

async function refresh() {
  try {
    const status = await ask('/api/status');
    showHealth(status);
    showTiles(status);
    showServers(status.servers);
    showWork(status);
    showGroups(await ask('/api/groups'));
    showSessions(await ask('/api/sessions'));
    await showEvents();
    await updateCharts();
    byId('asof').textContent = 'as of ' + new Date().toLocaleTimeString();
  } catch (failure) {
    byId('health').className = 'badge bad';
    byId('health').textContent = 'the nameserver does not answer';
    byId('asof').textContent = failure.message;
  }
  setTimeout(refresh, EVERY_MS);
}

drawCharts();
openFolder('/');
refresh();
