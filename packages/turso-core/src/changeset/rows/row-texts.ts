import { hasHiddenRowid, keyColumns, type Table } from '../../sqlite/schema/schema';
import { blobBytes, blobCell, jsonCell, TAGGED, type CellForm } from '../../sqlite/values/json-cells';
import { quoteString } from '../../sqlite/values/quote';
import type { ChangeKind, RowForm } from '../model';
import { sideOf } from './row-queries';

/** The shape of the rows. */
interface Shape {
  readonly table: Table;
  /** All columns of a row. */
  readonly columns: readonly string[];
  /** Indexes of the columns that an update sets. */
  readonly set: readonly number[];
  /** Indexes of the columns whose BLOBs are rendered beside the rows. */
  readonly blobs: readonly number[];
}

/** The SQL expressions that render a changed row. */
interface RowText {
  readonly text: string;
  /** The BLOBs beside the text, numbered as in {@link blobCell}. Each has no bytes if there is no BLOB. */
  readonly bytes: readonly string[];
  /** Indexes of the columns with two cells each in the rendered row. */
  readonly blobs: readonly number[];
}

/**
 * Returns the expressions that render a changed row in a form of {@link RowForm}. Its values before are `o0`, `o1`, ..,
 * those after `n0`, `n1`, .. The flags `d0`, `d1`, .. tell which of them an update changes.
 */
export function rowText(form: RowForm, kind: ChangeKind, shape: Shape): RowText {
  const all = shape.columns.map((_, i) => i);
  const key = keyColumns(shape.table).map((name) => shape.columns.indexOf(name));
  if (form === 'report' && kind === 'update') return updateText(shape, { all, key });
  const places: Place[] =
    kind === 'update'
      ? [...on('o', form === 'keys' ? key : all), ...on('n', shape.set)]
      : on(sideOf(kind), form === 'keys' && kind === 'delete' ? key : all);
  const bytes: string[] = [];
  return {
    text: list(cells(places, shape, { bytes, numbers: form === 'report' ? TAGGED : undefined })),
    bytes,
    blobs: places.flatMap(([, column], i) => (shape.blobs.includes(column) ? [i] : [])),
  };
}

function updateText(
  shape: Shape,
  { all, key }: { readonly all: readonly number[]; readonly key: readonly number[] },
): RowText {
  const bytes: string[] = [];
  const report = { bytes, numbers: TAGGED };
  const keyText = list(cells(on('o', key), shape, report));
  // The comma between the two values is that of `concat_ws`: to put all of them into one text first takes longer.
  const changes = shape.set.flatMap((i) => {
    const own: string[] = [];
    const places = [...on('o', [i]), ...on('n', [i])];
    const [old, now] = cells(places, shape, { ...report, bytes: own, others: bytes.length });
    bytes.push(...own.map((blob) => `iif(d${i},${blob},'')`));
    const name = quoteString(`${JSON.stringify(shape.columns[i])}:[`);
    return [`iif(d${i},${name}||${old},NULL)`, `iif(d${i},${now}||']',NULL)`];
  });
  // A hidden rowid does not identify the old row: see `planText`.
  const row = hasHiddenRowid(shape.table) ? `||',"row":'||${list(cells(on('o', all), shape, report))}` : '';
  const set = `concat_ws(',',${changes.join(',') || 'NULL'})`;
  return { text: `'{"key":'||${keyText}||',"set":{'||${set}||'}'${row}||'}'`, bytes, blobs: [] };
}

/** A value of a row: its side, and the index of its column. */
type Place = readonly ['o' | 'n', number];

function on(side: 'o' | 'n', columns: readonly number[]): Place[] {
  return columns.map((column) => [side, column]);
}

interface Cells {
  /** Receives the expressions of the cells' BLOBs, numbered after the `others`. */
  readonly bytes: string[];
  readonly others?: number;
  readonly numbers: CellForm['numbers'];
}

function cells(places: readonly Place[], shape: Shape, { bytes, others = 0, numbers }: Cells): string[] {
  return places.map(([side, column]) => {
    const form = { numbers, mostly: mostlyIn(shape, column) };
    const value = `${side}${column}`;
    if (!shape.blobs.includes(column)) return jsonCell(value, column, form);
    bytes.push(blobBytes(value));
    return blobCell(value, others + bytes.length - 1, form);
  });
}

/** Returns the usual type of a column's values, by its declared type. A hidden rowid has no declared type. */
function mostlyIn({ table, columns }: Shape, column: number): NonNullable<CellForm['mostly']> {
  const type = table.columns.find((c) => c.name === columns[column])?.type ?? 'INTEGER';
  if (/INT|NUM|DEC|BOOL|DATE/i.test(type)) return 'integer';
  return /REAL|FLOA|DOUB/i.test(type) ? 'real' : 'text';
}

function list(texts: readonly string[]): string {
  return `'['||concat_ws(',',${texts.join(',')})||']'`;
}
