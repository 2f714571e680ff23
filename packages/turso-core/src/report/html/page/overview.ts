import type { PageDefinition, PageHead } from '../page-data';
import { shown } from '../../shown';
import { counted, element, grouped } from './elements';
import type { DiffLine } from '../../line-diff';

/** Shows the first page: the changes in numbers, and other notable facts. `show` opens a table. */
export function overview(head: PageHead, show: (table: number) => void): HTMLElement[] {
  const { counts, findings, others, leftOut, conflictCount } = head;
  const [deleted, updated, added] = counts;
  return [
    ...(head.isNothing ? [element('p', {}, 'Nothing changes.')] : []),
    ...(conflictCount > 0
      ? [element('p', { class: 'notice' }, `${counted(conflictCount, 'conflict')}.`)]
      : []),
    ...(!head.hasPlan
      ? []
      : [
          element(
            'p',
            { class: 'totals' },
            element('span', { class: 'delete' }, `${grouped(deleted)} deleted`),
            element('span', { class: 'update' }, `${grouped(updated)} updated`),
            element('span', { class: 'insert' }, `${grouped(added)} new`),
            element('span', {}, counted(head.definitions.length, 'changed definition')),
          ),
          facts(head.facts),
        ]),
    ...list('Not in this file', leftOut),
    ...list('Findings', findings),
    ...list('Broken rules', head.broken),
    ...list('Also', others),
    ...(head.tables.length === 0 ? [] : [element('h3', {}, 'Tables'), tableOfTables(head, show)]),
  ];
}

/** Shows the changed definitions, each as a text diff. */
export function definitionsPage(definitions: readonly PageDefinition[]): HTMLElement[] {
  return definitions.map(({ title, lines, statements }) =>
    element(
      'section',
      { class: 'definition' },
      element('h3', {}, element('bdi', {}, shown(title))),
      diffNode(lines, title),
      ...(statements.length === 0
        ? []
        : [
            element(
              'details',
              {},
              element('summary', {}, 'Statements'),
              element('pre', { tabindex: 0 }, statements.map(lineOf).join('\n')),
            ),
          ]),
    ),
  );
}

/** Shows a text diff. */
export function diffNode(lines: readonly DiffLine[], label: string): HTMLElement {
  const classes = { '-': 'old', '+': 'now', ' ': '' };
  return element(
    'pre',
    { class: 'diff', tabindex: 0, role: 'region', 'aria-label': shown(label) },
    ...lines.map(([sign, text]) =>
      element('span', { class: `line ${classes[sign]}` }, `${sign} ${shown(text)}`),
    ),
  );
}

function lineOf(text: string): string {
  return `${text.split('\n').map(shown).join('\n')};`;
}

function facts(entries: PageHead['facts']): HTMLElement {
  return element(
    'dl',
    {},
    ...entries.flatMap(([name, text]) => [
      element('dt', {}, name),
      element('dd', {}, element('bdi', {}, shown(text))),
    ]),
  );
}

function list(title: string, texts: readonly string[]): HTMLElement[] {
  if (texts.length === 0) return [];
  return [
    element('h3', {}, title),
    element('ul', {}, ...texts.map((text) => element('li', {}, element('bdi', {}, shown(text))))),
  ];
}

function tableOfTables({ tables }: PageHead, show: (table: number) => void): HTMLElement {
  const heads = ['Table', 'Deleted', 'Updated', 'New'];
  return element(
    'div',
    { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': 'Changed rows by table' },
    element(
      'table',
      { class: 'numbers' },
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      element(
        'tbody',
        {},
        ...tables.map(({ name, counts }, i) =>
          element(
            'tr',
            {},
            element(
              'th',
              { scope: 'row' },
              element(
                'button',
                { type: 'button', class: 'link', click: () => show(i) },
                element('bdi', {}, shown(name)),
              ),
            ),
            ...counts.map((number) => element('td', {}, grouped(number))),
          ),
        ),
      ),
    ),
  );
}
