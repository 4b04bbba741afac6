// The charts: space, data, requests and their latency over the last hour, day or month.
import { ask, byId, bytes, element, micros, perSecond, rate } from './dom.js';

const SPANS = {
  hour: { label: '1 h', ms: 3600e3, stepMs: 2e3, everyMs: 0 },
  day: { label: '24 h', ms: 86400e3, stepMs: 60e3, everyMs: 30e3 },
  month: { label: '31 d', ms: 31 * 86400e3, stepMs: 1800e3, everyMs: 60e3 },
};
const HEIGHT = 148;

const grown = (samples) => {
  if (samples.length < 2) return '';
  const more = samples[samples.length - 1].usedBytes - samples[0].usedBytes;
  return (more < 0 ? '−' : '+') + bytes(Math.abs(more));
};
const spaceNow = (samples) => {
  const last = samples[samples.length - 1];
  return last ? [['of', bytes(last.capacityBytes)], ['growth', grown(samples)]] : [];
};

// series: [label, field]; ticks: what the scale is divided by: powers of two, of ten, or times
const CHARTS = [
  { title: 'Space', format: bytes, base: 2, floor: 1 << 20, more: spaceNow, series: [['used, all copies', 'usedBytes']] },
  { title: 'Data', format: rate, base: 2, floor: 1 << 10, series: [['read', 'readBytesPerSecond'], ['written, all copies', 'writtenBytesPerSecond']] },
  { title: 'Metadata requests a second', format: perSecond, base: 10, floor: 1, series: [['questions', 'questionsPerSecond'], ['changes', 'changesPerSecond']] },
  { title: 'Time of a metadata request', format: micros, base: 10, floor: 100, series: [['half within', 'medianMicros'], ['99 of 100 within', 'slowMicros']] },
];

let chosen = 'hour';
let samples = [];
let askedAt = 0;
const charts = [];

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function increments(base) {
  const found = [];
  if (base === 2) {
    for (let i = 0; i < 55; i++) found.push(2 ** i);
  } else {
    for (let i = 0; i < 12; i++) found.push(10 ** i, 2 * 10 ** i, 5 * 10 ** i);
  }
  return found;
}

function plotOf(chart, holder) {
  const axis = () => ({ stroke: () => style('--dim'), grid: { stroke: () => style('--grid'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' });
  return new uPlot({
    width: Math.max(200, holder.clientWidth), height: HEIGHT, padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 5 }, sync: { key: 'dfs' }, drag: { setScale: false, x: false } },
    hooks: { setCursor: [(plot) => showValues(chart, plot.cursor.idx)] },
    scales: {
      x: { range: shownTime },
      y: { range: (plot, low, high) => [0, Math.max((high || 0) * 1.12, chart.floor)] },
    },
    axes: [
      { ...axis(), space: 70, size: 26, values: (plot, ticks) => ticks.map(clock) },
      { ...axis(), size: 72, space: 25, incrs: increments(chart.base), values: (plot, ticks) => ticks.map((n) => (n === 0 ? '0' : chart.format(n))) },
    ],
    series: [{}, ...chart.series.map(([label], i) => ({
      label, width: 1.5, stroke: () => style('--series-' + i), fill: i === 0 ? () => style('--fill-0') : undefined, points: { show: false } }))],
  }, [[], ...chart.series.map(() => [])], holder);
}

// The whole span; of a young cluster only what there is, but a twelfth of it at least.
function shownTime() {
  const { ms } = SPANS[chosen];
  const now = Date.now();
  const first = samples.length ? samples[0].timeMs : now - ms;
  return [Math.max(now - ms, Math.min(first, now - ms / 12)) / 1000, now / 1000];
}

function clock(seconds) {
  const t = new Date(seconds * 1000);
  const day = `${t.getDate()} ${t.toLocaleString('en', { month: 'short' })}`;
  const time = `${String(t.getHours()).padStart(2, '0')}:${String(t.getMinutes()).padStart(2, '0')}`;
  if (chosen === 'month') return day;
  return chosen === 'day' && time === '00:00' ? day : time;
}

// In the line above a chart: the values under the cursor, else the last ones.
function showValues(chart, index) {
  const under = index !== null && index !== undefined && chart.rows[index] ? chart.rows[index] : null;
  const row = under || samples[samples.length - 1];
  const items = chart.series.map(([label, field], i) => element('span', { class: 'value' },
    element('i', { class: 'key key-' + i }), label + ' ', element('b', {}, row && row[field] !== undefined ? chart.format(row[field]) : '–')));
  const more = !under && chart.more ? chart.more(samples) : [];
  items.push(...more.map(([label, text]) => element('span', { class: 'value' }, label + ' ', element('b', {}, text))));
  chart.values.replaceChildren(...items);
  chart.holder.setAttribute('aria-label', chart.title + ': ' + chart.values.textContent);
}

export function drawCharts() {
  byId('spans').replaceChildren(...Object.entries(SPANS).map(([name, { label }]) =>
    element('button', { 'aria-pressed': String(name === chosen), 'data-span': name, onclick: () => choose(name) }, label)));
  for (const chart of CHARTS) {
    chart.values = element('div', { class: 'values' });
    chart.holder = element('div', { class: 'plot', role: 'img' });
    chart.rows = [];
    byId('charts').append(element('div', { class: 'chart' }, element('h3', {}, chart.title), chart.values, chart.holder));
    chart.plot = plotOf(chart, chart.holder);
    charts.push(chart);
  }
  new ResizeObserver(() => charts.forEach((chart) =>
    chart.plot.setSize({ width: Math.max(200, chart.holder.clientWidth), height: HEIGHT }))).observe(byId('charts'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach((chart) => chart.plot.redraw(false)));
}

async function choose(name) {
  chosen = name;
  samples = [];
  askedAt = 0;
  document.querySelectorAll('#spans button').forEach((b) => b.setAttribute('aria-pressed', String(b.dataset.span === name)));
  await updateCharts();
}

// Where nothing was measured there is no line.
function withGaps(rows) {
  const all = [];
  for (const row of rows) {
    const before = all[all.length - 1];
    if (before && row.timeMs - before.timeMs > 4 * SPANS[chosen].stepMs) all.push({ timeMs: before.timeMs + SPANS[chosen].stepMs });
    all.push(row);
  }
  return all;
}

export async function updateCharts() {
  const { ms, everyMs } = SPANS[chosen];
  const asked = chosen;
  if (Date.now() - askedAt >= everyMs) {
    const fresh = await ask(`/api/history?span=${asked}&since=${samples.length ? samples[samples.length - 1].timeMs : 0}`);
    // Another span may have been chosen meanwhile.
    if (asked !== chosen) return;
    askedAt = Date.now();
    samples = samples.concat(fresh).filter((sample) => sample.timeMs > Date.now() - ms);
  }
  const rows = withGaps(samples);
  const times = rows.map((row) => row.timeMs / 1000);
  for (const chart of charts) {
    chart.rows = rows;
    chart.plot.setData([times, ...chart.series.map(([, field]) => rows.map((row) => row[field] ?? null))]);
    showValues(chart, chart.plot.cursor.idx);
  }
}
