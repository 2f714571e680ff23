import type { Statement } from 'better-sqlite3';
import { TursoSyncError } from '../../errors';
import { readLines } from '../../sqlite/files/read-lines';
import type { Database } from '../../sqlite/files/sqlite';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { bindValues } from '../../sqlite/values/bind';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding, SqlValue } from '../../sqlite/values/values';
import { type ChangeKind, type Changeset, type RowChange, type TableChanges } from '../model';
import type { ChangeSummary } from '../summary';
import { CHANGES_FORMAT, sqlValue, type JsonValue } from './json';
import { readPlain } from './plain-json';

/** What stands at the head of a file of changes. */
export interface ChangesHead {
  readonly format: string;
  readonly version: number;
  readonly createdAt: string;
  readonly summary: ChangeSummary;
  /** What the file was made for, beside being read. */
  readonly [purpose: string]: unknown;
}

/** A file of changes; rows are read from it as they are asked for. */
export interface ChangesFile {
  readonly head: ChangesHead;
  /**
   * The changes, for a database that is as before them. Updates are completed from the rows of `before`: the file has of
   * a row only what changes.
   */
  changeset(before: Database): Changeset;
  /** What takes the changes back, for a database that is as after them. Null where definitions are among them. */
  inverse(after: Database): Changeset | null;
}

/** Opens a file that `changesetJson` has written. Throws CHANGES_UNREADABLE. */
export function openChanges(file: string): ChangesFile {
  try {
    const { head, plain, tables } = index(file);
    const read = (db: Database, isInverse: boolean): TableChanges[] =>
      tables.map((table) => readTable({ file, table, db, isInverse }));
    return {
      head,
      changeset: (before) => ({ ...plain, tables: read(before, false) }),
      inverse(after) {
        if (plain.schema.length > 0 || plain.virtual.length > 0) return null;
        const swap = <T>({ from, to }: { from: T; to: T }): { from: T; to: T } => ({ from: to, to: from });
        return {
          ...plain,
          tables: read(after, true),
          sequences: plain.sequences.map((s) => ({ ...s, ...swap(s) })),
          userVersion: plain.userVersion === null ? null : swap(plain.userVersion),
          notCarried: [],
          // What was broken before is not known; a push checks for itself.
          foreignKeys: [],
        };
      },
    };
  } catch (error) {
    if (error instanceof TursoSyncError) throw error;
    throw unreadable(file, (error as Error).message, error);
  }
}

/** The head of a file of changes alone. Throws CHANGES_UNREADABLE. */
export function readChangesHead(file: string): ChangesHead {
  let text = '';
  for (const { line } of readLines(file)) {
    if (/^ "engine": |^ "tables": /.test(line)) break;
    text += line;
  }
  try {
    return checkHead(JSON.parse(`${text.replace(/,\s*$/, '')}}`) as ChangesHead, file);
  } catch (error) {
    throw error instanceof TursoSyncError ? error : unreadable(file, (error as Error).message, error);
  }
}

type Plain = Omit<Changeset, 'tables'>;

/** A table's entry: its plain data, and where the rows of each kind begin. */
interface TableEntry {
  readonly plain: Omit<TableChanges, 'rows' | 'count' | 'bulk'>;
  readonly kinds: Map<ChangeKind, { readonly offset: number; count: number }>;
}

function index(file: string): { head: ChangesHead; plain: Plain; tables: TableEntry[] } {
  let head = '';
  let plain: Plain | null = null;
  const tables: TableEntry[] = [];
  let rows: { count: number } | null = null;
  for (const { line, next } of readLines(file)) {
    if (plain === null) {
      if (line.startsWith(' "engine": '))
        plain = readPlain(JSON.parse(line.slice(' "engine": '.length).replace(/,$/, ''))) as Plain;
      else head += line;
      continue;
    }
    const kind = /^ {3}"(delete|update|insert)": \[$/.exec(line)?.[1] as ChangeKind | undefined;
    if (line.startsWith('  {"table":')) {
      tables.push({ plain: tablePlain(line), kinds: new Map() });
      rows = null;
    } else if (kind !== undefined) {
      const entry = { offset: next, count: 0 };
      tables.at(-1)?.kinds.set(kind, entry);
      rows = entry;
    } else if (/^\s*[[{]/.test(line) && rows !== null) rows.count++;
  }
  if (plain === null) throw new Error('it holds no changes that can be carried out');
  return {
    head: checkHead(JSON.parse(`${head.replace(/,\s*$/, '')}}`) as ChangesHead, file),
    plain,
    tables,
  };
}

function tablePlain(line: string): TableEntry['plain'] {
  const { engine } = parseStart(line.trim()) as { engine: unknown };
  return readPlain(engine) as TableEntry['plain'];
}

// Rows follow in the lines below, or what is around it ends.
function parseStart(text: string): unknown {
  for (let end = text.length; ; end--) {
    try {
      return JSON.parse(
        text.endsWith(',') && end === text.length ? `${text.slice(0, -1)}}` : text.slice(0, end),
      );
    } catch (error) {
      if (end <= text.length - 3) throw error;
    }
  }
}

function checkHead(head: ChangesHead, file: string): ChangesHead {
  if (head.format !== 'turso-sync-changes') throw unreadable(file, 'it is no file of changes');
  if (head.version !== CHANGES_FORMAT) throw unreadable(file, `its version ${head.version} is not known`);
  return head;
}

function unreadable(file: string, reason: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('CHANGES_UNREADABLE', `${file} cannot be read: ${reason}.`, {
    hint: 'It has to be as `turso-sync diff --save` or a push has written it, line by line.',
    cause,
  });
}

interface TableFile {
  readonly file: string;
  readonly table: TableEntry;
  readonly db: Database;
  readonly isInverse: boolean;
}

const INVERSE = { delete: 'insert', update: 'update', insert: 'delete' } as const;

function readTable(source: TableFile): TableChanges {
  const { file, table, isInverse } = source;
  const written = (kind: ChangeKind): ChangeKind => (isInverse ? INVERSE[kind] : kind);
  return {
    ...table.plain,
    // It is the database to which they are applied.
    countBefore: (_rows, there) => there,
    count: (kind) => countOf(source, written(kind)),
    bulk: () => null,
    *rows(kind) {
      const place = table.kinds.get(written(kind));
      if (place === undefined) return;
      const toChange = changeReader(source, kind);
      let left = place.count;
      for (const { line } of readLines(file, place.offset)) {
        if (left-- === 0) return;
        yield toChange(parseRow(line));
      }
    },
  };
}

// One change may stand for several rows.
function countOf({ file, table }: TableFile, written: ChangeKind): number {
  const place = table.kinds.get(written);
  if (place === undefined) return 0;
  if (table.plain.key.length > 0) return place.count;
  let [count, left] = [0, place.count];
  for (const { line } of readLines(file, place.offset)) {
    if (left-- === 0) break;
    const [from, to] = (parseRow(line) as { copies: [number, number] }).copies;
    count += Math.abs(to - from);
  }
  return count;
}

/** What stands in a line of rows: what follows it is a comma, or what ends the lists around it. */
function parseRow(line: string): unknown {
  let text = line.replace(/^\s+/, '');
  for (let cut = 0; ; cut++) {
    try {
      return JSON.parse(cut === 0 && text.endsWith(',') ? text.slice(0, -1) : text);
    } catch (error) {
      if (cut > 4) throw error;
      text = text.slice(0, -1);
    }
  }
}

type WrittenRow = readonly JsonValue[];
interface WrittenUpdate {
  readonly key: WrittenRow;
  readonly set: Readonly<Record<string, readonly [JsonValue, JsonValue]>>;
  readonly row?: WrittenRow;
}
type Written =
  WrittenRow | { readonly row: WrittenRow; readonly copies: readonly [number, number] } | WrittenUpdate;

function changeReader(source: TableFile, kind: ChangeKind): (written: unknown) => RowChange {
  const { table, isInverse } = source;
  const { columns, key } = table.plain;
  const read = rowFinder(source);
  // The key that the row has in the database: an update may change it.
  const keyNow = (update: WrittenUpdate): WrittenRow =>
    update.key.map((value, i) => {
      const change = update.set[columns[key[i] ?? -1] ?? ''];
      return isInverse && change !== undefined ? change[1] : value;
    });
  return (given) => {
    const written = given as Written;
    if ('set' in written) {
      const row = written.row?.map(sqlValue) ?? read(keyNow(written).map(sqlValue));
      const [old, now] = [[...row], [...row]];
      const changed = Object.entries(written.set).map(([column, values]) => {
        const i = columns.indexOf(column);
        const [from, to] = values.map(sqlValue) as [SqlValue, SqlValue];
        old[i] = isInverse ? to : from;
        now[i] = isInverse ? from : to;
        return i;
      });
      return { kind: 'update', old, new: now, changed };
    }
    const counted = 'row' in written ? written : null;
    const row = (counted?.row ?? (written as WrittenRow)).map(sqlValue);
    const [a, b] = counted?.copies ?? [0, 0];
    const copies = counted === null ? {} : { copies: isInverse ? { from: b, to: a } : { from: a, to: b } };
    return kind === 'delete' ? { kind, old: row, ...copies } : { kind: 'insert', new: row, ...copies };
  };
}

/** Reads the row of a key, or one of nothing but the key where there is none. */
function rowFinder({ table: { plain }, db }: TableFile): (key: readonly SqlValue[]) => SqlValue[] {
  const { table, columns, key } = plain;
  const encoding = db.pragma('encoding', { simple: true }) as Encoding;
  const select = `SELECT ${exactProjection(columns.map((c) => `t.${quoteName(c)}`))} FROM main.${quoteName(table.name)} t`;
  const terms = keyTerms(table, 't.');
  const statements = new Map<string, Statement<SqlValue[]>>();
  return (values) => {
    const { expressions, args } = bindValues(values);
    const where = terms.map((term, i) => `${term} = ${expressions[i]}`).join(' AND ');
    let statement = statements.get(where);
    if (statement === undefined) {
      statement = db.prepare<SqlValue[]>(`${select} WHERE ${where}`).raw().safeIntegers();
      // Values that cannot be bound make a statement each.
      if (statements.size < 10) statements.set(where, statement);
    }
    const found = statement.get(...args) as SqlValue[] | undefined;
    if (found !== undefined) return exactRow(found, encoding);
    const none: SqlValue[] = columns.map(() => null);
    key.forEach((place, i) => (none[place] = values[i] ?? null));
    return none;
  };
}
