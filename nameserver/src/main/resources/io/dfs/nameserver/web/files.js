// The tree, to look at: folders, and where the bytes of a file are. The address of the page names what is shown.
import { ask, byId, bytes, count, dim, element, mark, moment, redraw, table, TONES } from './dom.js';

let folder = '/';
let shown = [];
let open = '';
let states = new Map();
const join = (path, name) => (path === '/' ? '' : path) + '/' + name;
const parent = (path) => path.slice(0, path.lastIndexOf('/')) || '/';
const go = (path) => { location.hash = '#' + encodeURI(path); };

export function knowServers(servers) {
  states = new Map(servers.map((server) => [server.id, server.state]));
}

export function startFiles() {
  addEventListener('hashchange', show);
  byId('go').onsubmit = (event) => { event.preventDefault(); go('/' + byId('path').value.split('/').filter(Boolean).join('/')); };
  addEventListener('keydown', (event) => {
    const typing = event.target.matches('input');
    if (event.key === '/' && !typing) { event.preventDefault(); byId('path').focus(); byId('path').select(); }
    if (event.target.closest('#tree')) move(event);
  });
  show();
}

function move(event) {
  const names = [...document.querySelectorAll('#tree button')];
  const at = names.indexOf(event.target);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: names.length - 1 }[event.key];
  if (next !== undefined && names[next]) { event.preventDefault(); names[next].focus(); }
  if ((event.key === 'ArrowLeft' || event.key === 'Backspace') && folder !== '/') { event.preventDefault(); go(parent(folder)); }
}

// A path may be a folder or a file: the file's folder is shown beside it.
async function show() {
  const path = location.hash.startsWith('#/') ? decodeURI(location.hash.slice(1)) : null;
  const wanted = path || folder;
  try {
    let found;
    let file = '';
    try {
      found = await ask(`/api/tree?path=${encodeURIComponent(wanted)}`);
    } catch (failure) {
      if (!/not a directory/.test(failure.message)) throw failure;
      file = wanted;
      found = await ask(`/api/tree?path=${encodeURIComponent(parent(wanted))}`);
    }
    const changed = folder !== found.path;
    folder = found.path;
    shown = found.entries;
    open = file;
    note('');
    byId('path').value = wanted;
    showFolder(found.next);
    if (file) await showFile(file); else byId('layout').replaceChildren(element('p', { class: 'dim' }, 'Choose a file to see which servers hold it.'));
    if (path !== null && changed && !file) byId('tree').querySelector('button')?.focus();
    if (path !== null) byId('files').scrollIntoView({ block: 'nearest' });
  } catch (failure) {
    note(failure.message);
  }
}

function note(text) {
  byId('files-note').hidden = !text;
  byId('files-note').textContent = text;
  byId('browser').hidden = Boolean(text) && shown.length === 0;
}

function showFolder(next) {
  const names = folder.split('/').filter(Boolean);
  const crumbs = [element('a', { href: '#/' }, 'root')];
  names.forEach((name, i) => crumbs.push(dim(' / '), element('a', { href: '#' + encodeURI('/' + names.slice(0, i + 1).join('/')) }, name)));
  byId('crumbs').replaceChildren(...crumbs);
  byId('more').hidden = !next;
  byId('more').onclick = async () => {
    try {
      const part = await ask(`/api/tree?path=${encodeURIComponent(folder)}&after=${next}`);
      shown = shown.concat(part.entries);
      showFolder(part.next);
    } catch (failure) {
      note(failure.message);
    }
  };
  redraw(byId('tree'));
  table(byId('tree'), [
    ['Name', nameOf, 'main'],
    ['Size', (item) => (item.type === 'DIRECTORY' ? dim(count(item.size) + ' in it') : item.type === 'REGULAR' ? bytes(item.size) : ''), 'number'],
    ['Copies', (item) => item.replicas, 'number'],
    ['Mode', (item) => (item.mode & 0o7777).toString(8).padStart(4, '0'), 'code'],
    ['Owner', (item) => item.uid + ':' + item.gid, 'code'],
    ['Changed', (item) => moment(item.mtime), 'code'],
  ], shown, 'This folder is empty.');
}

function nameOf(item) {
  const path = join(folder, item.name);
  const isFolder = item.type === 'DIRECTORY';
  if (!isFolder && item.type !== 'REGULAR') return element('span', {}, item.name, dim(' ' + item.type.toLowerCase()));
  return element('button', { onclick: () => go(path), 'data-key': path, 'aria-current': path === open ? 'true' : null }, item.name + (isFolder ? '/' : ''));
}

async function showFile(path) {
  const [file, groups] = await Promise.all([ask('/api/file?path=' + encodeURIComponent(path)), ask('/api/groups')]);
  const members = new Map(groups.map((group) => [group.id, group.members]));
  const target = element('table', { id: 'extents' });
  const more = element('button', {}, 'More');
  let extents = file.extents;
  const draw = (next) => {
    more.hidden = !next;
    more.onclick = async () => {
      const part = await ask(`/api/file?path=${encodeURIComponent(path)}&offset=${next}`);
      extents = extents.concat(part.extents);
      draw(part.next);
    };
    table(target, [
      ['Bytes', (e) => `${bytes(e.offset)} + ${bytes(e.length)}`, 'number'],
      ['Chunk', (e) => e.chunk, 'code'],
      ['at', (e) => bytes(e.chunkOffset), 'number'],
      ['On servers', (e) => element('span', {}, ...(members.get(e.group) || []).map((id) =>
        element('span', { class: 'server', title: 'server ' + id }, mark(TONES[states.get(id)] || 'dim', id))))],
    ], extents, 'It holds no data.');
  };
  byId('layout').replaceChildren(
    element('h3', {}, path.slice(path.lastIndexOf('/') + 1)),
    element('p', { class: 'dim' }, `${bytes(file.item.size)} (${count(file.item.size)} bytes), ${file.item.replicas} copies, where they are:`),
    target, more);
  draw(file.next);
}
