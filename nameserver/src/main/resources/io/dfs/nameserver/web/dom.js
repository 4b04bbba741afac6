// Elements, tables and how figures are written. Text from the cluster goes into the page as text only.

export const byId = (id) => document.getElementById(id);

export async function ask(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(10000) });
  if (!response.ok) throw new Error((await response.text()).trim() || response.statusText);
  return response.json();
}

export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'onclick') made.onclick = value;
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined)
    .map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

const drawn = new WeakMap();

// columns: [title, cell of a row, kind]; a kind is a class of the cells, such as number. Redraws only what has changed.
export function table(target, columns, rows, nothing) {
  const content = JSON.stringify([rows, columns.map(([title]) => title)]);
  if (drawn.get(target) === content) return;
  drawn.set(target, content);
  const focused = target.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const head = element('tr', {}, ...columns.map(([title, , kind]) => element('th', { scope: 'col', class: kind }, title)));
  const body = rows.map((row) => element('tr', {}, ...columns.map(([title, cell, kind]) =>
    element('td', { class: kind, 'data-label': title }, cell(row)))));
  if (!body.length) body.push(element('tr', { class: 'none' }, element('td', { colspan: columns.length, class: 'dim' }, nothing)));
  target.replaceChildren(element('thead', {}, head), element('tbody', {}, ...body));
  if (focused) target.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

export function redraw(target) {
  drawn.delete(target);
}

export const TONES = { ONLINE: 'good', SUSPECT: 'warn', OFFLINE: 'bad', DRAINING: 'warn', MAINTENANCE: 'warn', REMOVED: 'dim' };
export const SEVERITIES = { INFO: 'dim', WARN: 'warn', ERROR: 'bad' };
export const mark = (tone, ...text) => element('span', { class: 'mark ' + tone }, ...text);
export const dim = (...text) => element('span', { class: 'dim' }, ...text);
export const plain = (id) => (id !== null && typeof id === 'object' ? id.value : id);

export function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let i = 0;
  let left = n;
  // What would be shown as 1024 is one of the next.
  while (Math.abs(left) >= 1023.5 && i < units.length - 1) { left /= 1024; i++; }
  const digits = i === 0 || Math.abs(left) >= 100 || Number.isInteger(left) ? 0 : 1;
  return left.toFixed(digits) + ' ' + units[i];
}
export const rate = (n) => bytes(Math.round(n)) + '/s';
export const count = (n) => Number(n).toLocaleString('en');
export const some = (n, one, many) => `${count(n)} ${n === 1 ? one : many || one + 's'}`;
export const perSecond = (n) => (n >= 10 || n === 0 ? count(Math.round(n)) : n.toFixed(1));
export function micros(n) {
  if (n < 1000) return Math.round(n) + ' µs';
  if (n < 1e6) return (n / 1000).toFixed(n < 1e4 && n % 1000 ? 1 : 0) + ' ms';
  return (n / 1e6).toFixed(n % 1e6 ? 1 : 0) + ' s';
}
export function span(seconds) {
  if (seconds < 120) return Math.round(seconds) + ' s';
  if (seconds < 7200) return Math.round(seconds / 60) + ' min';
  if (seconds < 172800) return Math.round(seconds / 3600) + ' h';
  return Math.round(seconds / 86400) + ' days';
}
const two = (n) => String(n).padStart(2, '0');
export function moment(seconds) {
  const t = new Date(seconds * 1000);
  const day = `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
  return `${day} ${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}
