// The dashboard: asks for JSON every two seconds and draws it.
import { ask, byId, bytes, count, dim, element, mark, moment, perSecond, plain, rate, SEVERITIES, some, span, table, TONES } from './dom.js';
import { drawCharts, updateCharts } from './charts.js';
import { knowServers, startFiles } from './files.js';

const EVERY_MS = 2000;
const EVENTS = 200;

// ---- health

function showHealth(status) {
  const problems = status.problems;
  const worst = problems.some((p) => p.severity === 'ERROR') ? 'bad' : problems.some((p) => p.severity === 'WARN') ? 'warn' : 'good';
  const text = { good: 'all well', warn: 'needs attention', bad: 'data cannot be read or written' }[worst];
  if (byId('health').textContent !== text) byId('health').textContent = text;
  byId('health').className = 'health ' + worst;
  document.title = 'dfs: ' + text;
  byId('problems').hidden = problems.length === 0;
  byId('problems').replaceChildren(...problems.map((p) => element('div', { class: 'problem ' + SEVERITIES[p.severity] },
    element('b', {}, p.severity.toLowerCase()), element('div', {}, p.what, element('div', { class: 'dim' }, p.action)))));
  const online = status.servers.filter((server) => server.state === 'ONLINE').length;
  byId('facts').textContent = [
    `${online} of ${status.servers.filter((s) => s.state !== 'REMOVED').length} servers online`,
    some(status.sessions, 'client'), some(status.inodes, 'file or folder', 'files and folders'), some(status.chunks, 'chunk')].join(' · ');
  byId('cluster').textContent = `dfs ${status.version}, up ${span(status.uptimeSeconds)}, cluster ${status.clusterId}`;
}

// ---- servers, and what is copied between them

function space(server) {
  const taken = server.capacityBytes ? 1 - server.freeBytes / server.capacityBytes : 0;
  const tone = taken > 0.95 ? 'bad' : taken > 0.85 ? 'warn' : 'good';
  const filled = element('i', { class: tone });
  filled.style.width = (100 * taken).toFixed(1) + '%';
  return element('span', { class: 'space', title: bytes(server.freeBytes) + ' free' },
    element('span', { class: 'gauge' }, filled), dim(`${bytes(server.freeBytes)} free of ${bytes(server.capacityBytes)}`));
}

function showServers(servers, traffic) {
  const moved = new Map(traffic.map((t) => [t.id, t]));
  const rows = servers.map((s) => ({ ...s, number: plain(s.id), moved: moved.get(plain(s.id)) || { received: 0, sent: 0 } }));
  knowServers(rows.map((s) => ({ id: s.number, state: s.state })));
  table(byId('server-table'), [
    ['Server', (s) => element('span', {}, element('b', {}, s.number), ' ' + s.address), 'main'],
    ['State', (s) => mark(TONES[s.state] || 'warn', s.state.toLowerCase())],
    ['Machine', (s) => element('span', {}, s.host, s.rack ? dim(' in ' + s.rack) : null)],
    ['Space', space],
    ['In chunks', (s) => bytes(s.usedBytes), 'number'],
    ['Chunks', (s) => count(s.chunks), 'number'],
    ['Receives', (s) => rate(s.moved.received), 'number'],
    ['Sends', (s) => rate(s.moved.sent), 'number'],
    ['Heard', (s) => (s.secondsSinceHeartbeat < 0 ? 'never' : span(s.secondsSinceHeartbeat) + ' ago'), 'number'],
    ['Disks', (s) => (s.failedDisks ? mark('bad', s.failedDisks + ' failed') : dim('well'))],
    ['Version', (s) => dim(s.version)],
  ], rows, 'No dataserver has registered yet: start one with dfs dataserver.');
}

function showGroups(groups, servers) {
  const away = new Set(servers.filter((s) => s.state === 'OFFLINE' || s.state === 'SUSPECT').map((s) => plain(s.id)));
  const lacking = groups.filter((group) => group.members.length < group.replicas || group.members.some((id) => away.has(id))).length;
  byId('groups').textContent = groups.length === 0 ? 'no placement groups yet: the first write makes one'
    : `${some(groups.length, 'placement group')}, ${lacking === 0 ? 'all complete' : lacking + ' with a member missing'}`;
}

const WORKS = [['repair', 'lost copies are made again'], ['balance', 'servers are filled evenly']];

function showWork(status) {
  const rows = WORKS.map(([name, meaning]) => ({ name, meaning, ...status[name] }))
    .filter((w) => w.groups > 0 || w.running > 0 || w.bytesLeft > 0 || w.paused);
  byId('work').hidden = rows.length === 0;
  table(byId('works'), [
    ['Work', (w) => element('span', {}, element('b', {}, w.name), dim(' ' + w.meaning)), 'main'],
    ['State', (w) => (w.paused ? mark('warn', 'paused') : w.running > 0 ? mark('good', 'copying') : mark('dim', 'waiting'))],
    ['Groups', (w) => `${w.groups}, ${w.running} under way`, 'number'],
    ['Left', (w) => bytes(w.bytesLeft), 'number'],
    ['Done', (w) => bytes(w.bytesDone), 'number'],
    ['Speed', (w) => rate(w.bytesPerSecond), 'number'],
    ['Limit each', (w) => rate(w.limitBytesPerSecond), 'number'],
    ['Time left', (w) => (w.secondsLeft < 0 ? 'unknown' : span(w.secondsLeft)), 'number'],
  ], rows, '');
}

// ---- clients and events

function operations(client) {
  if (!client.operations.length) return dim('quiet');
  const shown = client.operations.slice(0, 5).map((o) => `${o.name} ${perSecond(o.perSecond)}`);
  return shown.join(' · ');
}

function showClients(clients) {
  const all = (client) => client.operations.reduce((sum, o) => sum + o.perSecond, 0);
  table(byId('client-table'), [
    ['Client', (c) => c.description || 'unnamed', 'main'],
    ['Requests/s', (c) => perSecond(all(c)), 'number'],
    ['Of which', operations],
    ['Requests', (c) => count(c.requests), 'number'],
    ['Since', (c) => moment(c.openedSeconds), 'code'],
    ['Session', (c) => dim(c.id), 'code'],
  ], clients, 'Nobody has the cluster mounted.');
}

let events = [];

async function updateEvents() {
  const fresh = await ask('/api/events?after=' + (events.length ? events[0].sequence : 0));
  events = [...fresh.reverse(), ...events].slice(0, EVENTS);
  table(byId('event-table'), [
    ['Time', (e) => moment(e.time.seconds), 'code'],
    ['Severity', (e) => mark(SEVERITIES[e.severity], e.severity.toLowerCase())],
    ['Of', (e) => e.subject],
    ['What happened', (e) => e.text, 'text'],
  ], events, 'Nothing has happened yet.');
}

// ---- the loop

async function refresh() {
  const [status, traffic, groups, clients] = await Promise.all(
    ['/api/status', '/api/traffic', '/api/groups', '/api/sessions'].map(ask));
  showHealth(status);
  showServers(status.servers, traffic);
  showWork(status);
  showGroups(groups, status.servers);
  showClients(clients);
  await Promise.all([updateEvents(), updateCharts()]);
}

async function loop() {
  // Nobody looks at a page in the background.
  if (!document.hidden) {
    try {
      await refresh();
      byId('asof').textContent = moment(Date.now() / 1000).slice(11);
      document.body.classList.remove('stale');
    } catch (failure) {
      byId('health').className = 'health bad';
      byId('health').textContent = 'the nameserver does not answer';
      document.title = 'dfs: no answer';
      document.body.classList.add('stale');
      console.warn(failure);
    }
  }
  setTimeout(loop, EVERY_MS);
}

drawCharts();
startFiles();
loop();
