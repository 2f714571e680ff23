import { hasHiddenRowid, keyColumns, type Table } from '../../sqlite/schema/schema';
import { jsonCell } from '../../sqlite/values/json-cells';
import { quoteString } from '../../sqlite/values/quote';
import type { ChangeKind, RowForm } from '../model';
import { sideOf } from './row-queries';

/** What rows are of. */
interface Shape {
  readonly table: Table;
  /** All columns of a row. */
  readonly columns: readonly string[];
  /** Indexes of the columns that an update sets. */
  readonly set: readonly number[];
}

/**
 * An SQL expression that renders a changed row in a form of {@link RowForm}. Its values before are `o0`, `o1`, .., those
 * after `n0`, `n1`, .., and `d0`, `d1`, .. tell which of them an update changes.
 */
export function rowText(form: RowForm, kind: ChangeKind, { table, columns, set }: Shape): string {
  const all = columns.map((_, i) => i);
  const key = keyColumns(table).map((name) => columns.indexOf(name));
  const [old, now] = [cells('o'), cells('n')];
  if (form === 'report' && kind === 'update') {
    const changes = set.map((i) => {
      const name = quoteString(`${JSON.stringify(columns[i])}:[`);
      return `iif(d${i}, ${name}||${old([i]).join()}||','||${now([i]).join()}||']', NULL)`;
    });
    // A hidden rowid does not tell which row it was: see `planText`.
    const row = hasHiddenRowid(table) ? `||',"row":'||${list(old(all))}` : '';
    return `'{"key":'||${list(old(key))}||',"set":{'||concat_ws(',',${changes.join(',') || 'NULL'})||'}'${row}||'}'`;
  }
  if (kind === 'update') return list([...old(form === 'keys' ? key : all), ...now(set)]);
  return list(cells(sideOf(kind))(form === 'keys' && kind === 'delete' ? key : all));
}

function cells(side: 'o' | 'n'): (columns: readonly number[]) => string[] {
  return (columns) => columns.map((i) => jsonCell(`${side}${i}`));
}

function list(cells: readonly string[]): string {
  return `'['||concat_ws(',',${cells.join(',')})||']'`;
}
