import type { PageCell, PageConflict } from '../page-data';
import { shown } from '../../shown';
import { counted, element } from './elements';
import { diffNode } from './overview';
import { plainText, wholeValue } from './values';

/** How many conflicts are added to the page at once. */
const AT_ONCE = 100;

const SIDES = ['Old', 'Local', 'Remote'];

/** Shows the conflicts with a given text, each with its old, local and remote values side by side. */
export function conflictsPage(conflicts: readonly PageConflict[], text: string): HTMLElement[] {
  const found = conflicts.filter((conflict) => text === '' || textOf(conflict).includes(text));
  const list = element('div', {});
  let there = 0;
  const more = element('button', { type: 'button', click: () => add() });
  const add = (): void => {
    list.append(...found.slice(there, there + AT_ONCE).map(section));
    there += AT_ONCE;
    more.hidden = there >= found.length;
    more.textContent = `Show more (${counted(Math.max(0, found.length - there), 'conflict')} left)`;
  };
  add();
  return [element('p', { role: 'status' }, counted(found.length, 'conflict')), list, more];
}

function textOf({ title, kind, message, cells }: PageConflict): string {
  const values = cells.flatMap(({ column, values: sides }) => [
    column,
    ...sides.flatMap((cell) => (cell === null ? [] : plainText(cell[0]))),
  ]);
  return [title, kind, message, ...values].join('\n').toLowerCase();
}

function section({ title, kind, message, resolution, cells, definitions }: PageConflict): HTMLElement {
  return element(
    'section',
    { class: 'conflict' },
    element('h3', {}, element('bdi', {}, shown(title)), ' ', element('small', {}, kind)),
    element('p', {}, element('bdi', {}, shown(message)), resolution === null ? '' : ` ${resolution}`),
    cells.length === 0
      ? null
      : element(
          'div',
          { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': `Values of ${shown(title)}` },
          element(
            'table',
            { class: 'sides' },
            element(
              'thead',
              {},
              element('tr', {}, ...['Column', ...SIDES].map((side) => element('th', { scope: 'col' }, side))),
            ),
            element(
              'tbody',
              {},
              ...cells.map(({ column, values }) =>
                element(
                  'tr',
                  {},
                  element('th', { scope: 'row' }, element('bdi', {}, shown(column))),
                  ...values.map((cell, i) => side(cell, values[0], i)),
                ),
              ),
            ),
          ),
        ),
    ...definitions.flatMap(({ label, lines }) => [
      element('h4', {}, element('bdi', {}, shown(label))),
      diffNode(lines, label),
    ]),
  );
}

function side(cell: PageCell, old: PageCell, i: number): HTMLElement {
  const isOther = i > 0 && JSON.stringify(cell) !== JSON.stringify(old);
  return element(
    'td',
    { class: isOther ? 'now' : null },
    cell === null ? element('span', { class: 'none' }, '(no row)') : wholeValue(cell[0]),
  );
}
