import { element } from './elements';
import { cellOf, KINDS, type Row, type Table } from './rows';
import { shown } from '../../shown';
import { valueNode } from './values';

/** Heights and widths in pixels. They match the style sheet. */
const ROW = 32;
const HEAD = 36;
const SIGN = 40;
const MARGIN = 6;

/** The greatest height at which browsers lay out an element well, in pixels. */
const HIGHEST = 15_000_000;

/** A table of rows. Only the rows in sight are in the document. */
export interface Grid {
  readonly element: HTMLElement;
  show(table: Table, rows: readonly Row[], column: number | null): void;
}

/** Makes the grid. It calls `open` if a user opens a row. */
export function createGrid(open: (table: Table, row: Row) => void): Grid {
  const head = element('div', { role: 'row', class: 'grid-row grid-head', 'aria-rowindex': 1 });
  const body = element('div', { role: 'rowgroup', class: 'grid-body' });
  const grid = element(
    'div',
    { role: 'grid', class: 'grid', tabindex: 0 },
    element('div', { role: 'rowgroup', class: 'grid-top' }, head),
    body,
  );
  let table: Table | null = null;
  let rows: readonly Row[] = [];
  let active = 0;
  let drawn = '';
  let waiting = false;
  const nodes = new Map<number, HTMLElement>();

  const width = (): number => (innerWidth < 700 ? 140 : 200);

  const draw = (): void => {
    waiting = false;
    if (table === null) return;
    const columns = table.order;
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - MARGIN);
    const last = Math.min(rows.length, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW) + MARGIN);
    const left = Math.max(0, Math.floor((grid.scrollLeft - SIGN) / width()) - 1);
    const right = Math.min(columns.length, Math.ceil((grid.scrollLeft + grid.clientWidth) / width()) + 1);
    const range = `${left} ${right} ${width()}`;
    if (range !== drawn) {
      drawn = range;
      for (const node of nodes.values()) node.remove();
      nodes.clear();
      head.replaceChildren(...headCells(table, left, right));
    }
    for (const [i, node] of nodes) {
      if (i >= first && i < last) continue;
      node.remove();
      nodes.delete(i);
    }
    for (let i = first; i < last; i++) {
      const row = rows[i];
      if (row === undefined || nodes.has(i)) continue;
      const node = rowNode(row, i, left, right);
      nodes.set(i, node);
      body.append(node);
    }
    grid.setAttribute('aria-activedescendant', nodes.has(active) ? `row-${active}` : '');
    if (!nodes.has(active)) grid.removeAttribute('aria-activedescendant');
  };
  const later = (): void => {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  };

  const headCells = (of: Table, left: number, right: number): HTMLElement[] => [
    element(
      'div',
      { role: 'columnheader', class: 'sign', 'aria-colindex': 1 },
      element('span', { class: 'hidden' }, 'Kind'),
    ),
    ...of.order.slice(left, right).map((column, i) => {
      const name = of.columns[column] ?? '';
      const isKey = of.key.includes(column);
      const cell = element(
        'div',
        { role: 'columnheader', class: 'cell', 'aria-colindex': left + i + 2, title: shown(name) },
        element('bdi', {}, shown(name)),
        isKey ? element('small', {}, ' key') : null,
      );
      cell.style.left = `${SIGN + (left + i) * width()}px`;
      cell.style.width = `${width()}px`;
      return cell;
    }),
  ];

  const rowNode = (row: Row, index: number, left: number, right: number): HTMLElement => {
    const kind = KINDS[row.kind];
    const sign = element('div', { role: 'gridcell', class: 'sign', 'aria-colindex': 1, title: kind.word });
    sign.append(
      element('span', { 'aria-hidden': 'true' }, kind.sign),
      element('span', { class: 'hidden' }, kind.word),
    );
    const cells = (table?.order ?? []).slice(left, right).map((column, i) => {
      const values = cellOf(row, column);
      const cell = element('div', { role: 'gridcell', class: 'cell', 'aria-colindex': left + i + 2 });
      if (values === null) cell.append(element('span', { class: 'none' }, '·'));
      else if (values.length === 2)
        cell.append(
          element('del', {}, valueNode(values[0])),
          ' → ',
          element('ins', {}, valueNode(values[1])),
        );
      else cell.append(valueNode(values[0]));
      if (values?.length === 2) cell.classList.add('changed');
      cell.style.left = `${SIGN + (left + i) * width()}px`;
      cell.style.width = `${width()}px`;
      return cell;
    });
    const node = element(
      'div',
      { role: 'row', id: `row-${index}`, class: `grid-row ${kind.name}`, 'aria-rowindex': index + 2 },
      sign,
      ...cells,
    );
    if (index === active) node.classList.add('active');
    node.style.top = `${index * ROW}px`;
    node.addEventListener('click', () => {
      choose(index, false);
      openActive();
    });
    return node;
  };

  const openActive = (): void => {
    const row = rows[active];
    if (table !== null && row !== undefined) open(table, row);
  };
  const choose = (index: number, scroll: boolean): void => {
    nodes.get(active)?.classList.remove('active');
    active = Math.max(0, Math.min(rows.length - 1, index));
    nodes.get(active)?.classList.add('active');
    if (scroll) {
      const room = grid.clientHeight - HEAD - ROW;
      if (active * ROW < grid.scrollTop) grid.scrollTop = active * ROW;
      else if (active * ROW > grid.scrollTop + room) grid.scrollTop = active * ROW - room;
    }
    draw();
  };

  const onKey = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((grid.clientHeight - HEAD) / ROW) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) choose(to, true);
    else if (event.key === 'ArrowRight') grid.scrollLeft += width();
    else if (event.key === 'ArrowLeft') grid.scrollLeft -= width();
    else if (event.key === 'Enter') openActive();
    else return;
    event.preventDefault();
  };

  grid.addEventListener('scroll', later, { passive: true });
  grid.addEventListener('keydown', onKey);
  new ResizeObserver(later).observe(grid);
  return {
    element: grid,
    show(next, list, column) {
      const isOther = table !== next;
      table = next;
      rows = list.slice(0, Math.floor(HIGHEST / ROW));
      active = 0;
      drawn = '';
      body.style.height = `${rows.length * ROW}px`;
      const whole = `${SIGN + next.order.length * width()}px`;
      body.style.width = whole;
      head.style.width = whole;
      grid.setAttribute('aria-label', `Changed rows of ${shown(next.name)}`);
      grid.setAttribute('aria-rowcount', String(rows.length + 1));
      grid.setAttribute('aria-colcount', String(next.order.length + 1));
      grid.scrollTop = 0;
      if (column !== null) grid.scrollLeft = next.order.indexOf(column) * width();
      else if (isOther) grid.scrollLeft = 0;
      draw();
    },
  };
}
