import { element } from './elements';
import { cellOf, copiesOf, KINDS, type Row, type Table } from './rows';
import { shown } from '../../shown';
import { wholeValue } from './values';

/** Makes the dialog that shows one row in full. */
export function createDetails(): { readonly element: HTMLElement; open(table: Table, row: Row): void } {
  const title = element('h2', { id: 'details-title' });
  const content = element('div', {
    class: 'details-content',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Values',
  });
  const close = element('button', { type: 'button' }, 'Close');
  const dialog: HTMLDialogElement = element(
    'dialog',
    { 'aria-labelledby': 'details-title' },
    element('div', { class: 'bar' }, title, close),
    content,
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  return {
    element: dialog,
    open(table, row) {
      const copies = copiesOf(row);
      title.textContent = `${KINDS[row.kind].word} row of ${shown(table.name)}`;
      content.replaceChildren(
        ...(copies === null
          ? []
          : [element('p', {}, `Rows like this: ${copies[0]} before, ${copies[1]} afterwards.`)]),
        rowTable(table, row),
        ...(table.order.some((column) => cellOf(row, column) === null)
          ? [element('p', {}, 'Columns that are not listed did not change.')]
          : []),
      );
      dialog.showModal();
      content.scrollTop = 0;
    },
  };
}

function rowTable(table: Table, row: Row): HTMLElement {
  const lines = table.order.flatMap((column) => {
    const cell = cellOf(row, column);
    if (cell === null) return [];
    const name = element('th', { scope: 'row' }, element('bdi', {}, shown(table.columns[column] ?? '')));
    return cell.length === 2
      ? [
          element(
            'tr',
            { class: 'changed' },
            name,
            element('td', { class: 'old' }, wholeValue(cell[0])),
            element('td', { class: 'now' }, wholeValue(cell[1])),
          ),
        ]
      : [element('tr', {}, name, element('td', { colspan: row.kind === 1 ? 2 : null }, wholeValue(cell[0])))];
  });
  const heads = row.kind === 1 ? ['Column', 'Old', 'New'] : ['Column', 'Value'];
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
    element('tbody', {}, ...lines),
  );
}
