import { conflictsPage } from './conflicts';
import { createDetails } from './details';
import { counted, element, grouped } from './elements';
import { createFiltering, type Filter } from './filter';
import { createGrid } from './grid';
import { definitionsPage, overview } from './overview';
import { KINDS, readPage, type Row, type Table } from './rows';
import { shown } from '../../shown';
import { createTree, type Entry } from './tree';

/** Milliseconds between the last key and the start of a search. */
const PAUSE = 150;

const { head, tables } = readPage();
const found = new Map<Table, readonly Row[]>(tables.map((table) => [table, table.rows]));
let view = 'overview';
let filter: Filter = { kinds: new Set([0, 1, 2]), text: '', column: null };

const details = createDetails();
const grid = createGrid((table, row) => details.open(table, row));
const title = element('h2', { id: 'view', tabindex: -1 });
const status = element('p', { role: 'status', class: 'status' });
const page = element('div', { class: 'page', tabindex: 0, role: 'region', 'aria-labelledby': 'view' });
const main = element('main', {}, title, status, page, grid.element);
const search = element('input', {
  type: 'search',
  placeholder: 'Search rows',
  'aria-label': 'Search',
  spellcheck: 'false',
  autocomplete: 'off',
});
const tree = createTree(entries(), go);
const menu = element(
  'button',
  { type: 'button', class: 'menu', 'aria-expanded': 'false', 'aria-controls': 'content', click: toggleMenu },
  'Contents',
);
const nav = element('nav', { id: 'content', 'aria-label': 'Content' }, tree.element);
const refilter = createFiltering(tables, onFound);

document.body.append(
  element(
    'header',
    {},
    element('h1', {}, element('bdi', {}, shown(head.title))),
    element(
      'div',
      { class: 'tools' },
      menu,
      search,
      head.hasPlan
        ? element('div', { role: 'group', 'aria-label': 'Kinds of rows', class: 'kinds' }, ...kindButtons())
        : null,
    ),
  ),
  element('div', { class: 'body' }, nav, main),
  details.element,
);
document.body.addEventListener('keydown', onKey);
let pause = 0;
search.addEventListener('input', () => {
  clearTimeout(pause);
  pause = window.setTimeout(() => setFilter({ text: search.value.trim().toLowerCase() }), PAUSE);
});
go(!head.hasPlan && head.conflictCount > 0 ? 'conflicts' : 'overview');

function entries(): Entry[] {
  const leaf = (id: string, label: string, count: number | null): Entry => ({
    id,
    label,
    count,
    hasChildren: false,
    children: () => [],
  });
  return [
    leaf('overview', 'Overview', null),
    ...(head.definitions.length > 0
      ? [leaf('definitions', 'Changed definitions', head.definitions.length)]
      : []),
    ...(head.conflictCount > 0 ? [leaf('conflicts', 'Conflicts', head.conflictCount)] : []),
    ...tables.map((table, i) => ({
      id: `table ${i}`,
      label: table.name,
      count: table.rows.length,
      hasChildren: table.columns.length > 0,
      children: () =>
        table.order.map((column) =>
          leaf(`table ${i} ${column}`, table.columns[column] ?? '', table.changes[column] ?? 0),
        ),
    })),
  ];
}

function kindButtons(): HTMLElement[] {
  return KINDS.map(({ word, name, sign }, kind) => {
    const button = element(
      'button',
      { type: 'button', class: `kind ${name}`, 'aria-pressed': 'true' },
      `${sign} ${word} `,
      element('span', { class: 'count' }, grouped(head.counts[kind] ?? 0)),
    );
    button.addEventListener('click', () => {
      const kinds = new Set(filter.kinds);
      if (!kinds.delete(kind)) kinds.add(kind);
      button.setAttribute('aria-pressed', String(kinds.has(kind)));
      setFilter({ kinds });
    });
    return button;
  });
}

function setFilter(change: Partial<Filter>): void {
  filter = { ...filter, ...change };
  if (view === 'conflicts') show();
  refilter(filter, current()?.table ?? null);
}

function onFound(table: Table, rows: readonly Row[], isDone: boolean): void {
  found.set(table, isDone ? rows : [...rows]);
  const number = tables.indexOf(table);
  // For a column, the tree counts changes.
  tree.setCount(`table ${number}`, rows.length);
  if (current()?.table === table) showRows(table, isDone);
}

function current(): { readonly table: Table; readonly column: number | null } | null {
  const [kind, number, column] = view.split(' ');
  const table = kind === 'table' ? tables[Number(number)] : undefined;
  return table === undefined ? null : { table, column: column === undefined ? null : Number(column) };
}

function go(id: string): void {
  view = id;
  tree.select(id);
  if (nav.classList.contains('open')) toggleMenu();
  const here = current();
  show();
  const column = here?.column == null ? null : { table: here.table, number: here.column };
  if (column !== null || filter.column !== null) setFilter({ column });
}

function show(): void {
  const here = current();
  page.hidden = here !== null;
  grid.element.hidden = here === null;
  status.textContent = '';
  if (here !== null) {
    showRows(here.table, true);
    return;
  }
  title.textContent =
    { overview: 'Overview', definitions: 'Changed definitions', conflicts: 'Conflicts' }[view] ?? '';
  page.replaceChildren(
    ...(view === 'definitions'
      ? definitionsPage(head.definitions)
      : view === 'conflicts'
        ? conflictsPage(head.conflicts, filter.text)
        : overview(head, (table) => go(`table ${table}`))),
  );
  page.scrollTop = 0;
}

function showRows(table: Table, isDone: boolean): void {
  const column = current()?.column ?? null;
  title.textContent = shown(table.name) + (column === null ? '' : `: ${shown(table.columns[column] ?? '')}`);
  const rows = found.get(table) ?? table.rows;
  const all = table.counts.reduce((sum, number) => sum + number, 0);
  const missing = all - table.shown.reduce((sum, number) => sum + number, 0);
  status.textContent =
    `${grouped(rows.length)} of ${counted(all, 'changed row')}` +
    (missing > 0 ? `; ${grouped(missing)} are not in this file` : '') +
    (isDone ? '' : '; searching');
  grid.show(table, rows, column);
}

function toggleMenu(): void {
  const isOpen = nav.classList.toggle('open');
  menu.setAttribute('aria-expanded', String(isOpen));
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== '/' || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  search.focus();
}
