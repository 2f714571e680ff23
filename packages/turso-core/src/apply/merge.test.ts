import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makeTempDir, removeTempDir } from '@turso-sync/testing';
import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import { withDiff } from '../changeset/diff';
import { buildHistory, edits, editHistory, histories } from '../changeset/random.fixture';
import { exactProjection, exactRow } from '../local/exact-projection';
import { openReadOnly, using } from '../local/open';
import { quoteName, quoteValue } from '../local/quote';
import { declaredKey, keyColumns, readSchema, rowColumns, type Table } from '../local/schema';
import type { Encoding, SqlValue } from '../local/values';
import { apply } from './apply';
import { ADAPTERS } from './served.fixture';

const RUNS: Readonly<Record<string, number>> = { file: 100, sqld: 30 };
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];

test.each(ADAPTERS)(
  'nothing that either side did is lost, or nothing happens, over %s',
  async (name, serve) => {
    const seen = { applied: 0, conflict: 0 };
    await fc.assert(
      fc.asyncProperty(histories, edits, async (history, theirEdits) => {
        const dir = makeTempDir('merge-');
        const [base, mine, theirs, after] = ['base', 'mine', 'theirs', 'after'].map((f) => join(dir, f)) as [
          string,
          string,
          string,
          string,
        ];
        buildHistory(base, history);
        copyFileSync(base, mine);
        editHistory(mine, history);
        copyFileSync(base, theirs);
        editHistory(theirs, { ...history, edits: theirEdits });
        const served = await serve(theirs);
        try {
          await served.download(theirs);
          const sides = { base: read(base), mine: read(mine), theirs: read(theirs) };
          const result = await withDiff(base, mine, (changeset) => apply(changeset, served.remote));
          seen[result.status]++;
          await served.download(after);
          if (result.status === 'applied') expect(contentOf(read(after))).toEqual(merge(sides));
          else {
            expect(overlaps(sides)).toBe(true);
            expect(readFileSync(after)).toEqual(readFileSync(theirs));
          }
        } finally {
          await served.stop();
          removeTempDir(dir);
        }
      }),
      { numRuns: (RUNS[name] ?? 0) * LONGER, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
    expect(Math.min(seen.applied, seen.conflict)).toBeGreaterThan(0);
  },
  60_000 * LONGER,
);

/** Begins the key of a row that nothing but a hidden rowid tells from others. */
const UNNAMED = 'rowid ';

/** What a table holds: its rows by their key, as text. A hidden rowid tells rows apart, and is no part of them. */
interface Content {
  readonly rows: ReadonlyMap<string, string>;
}

interface Sides {
  readonly base: ReadonlyMap<string, Content>;
  readonly mine: ReadonlyMap<string, Content>;
  readonly theirs: ReadonlyMap<string, Content>;
}

function read(file: string): Map<string, Content> {
  return using(openReadOnly(file), (db) => {
    const { tables, encoding } = readSchema(db);
    return new Map([...tables.values()].map((table) => [table.name, readTable(db, table, encoding)]));
  });
}

function readTable(db: Database, table: Table, encoding: Encoding): Content {
  const columns = rowColumns(table);
  const places = (names: readonly string[]): number[] => names.map((column) => columns.indexOf(column));
  const [key, declared] = [places(keyColumns(table)), places(declaredKey(table))];
  const isHidden = !table.withoutRowid && table.rowidAlias === null;
  const nameOf = (row: readonly SqlValue[]): string => {
    const values = (of: readonly number[]): string => asText(of.map((i) => row[i] as SqlValue));
    if (!isHidden) return values(key);
    const isNamed = declared.length > 0 && declared.every((i) => row[i] !== null);
    return isNamed ? values(declared) : UNNAMED + values(key);
  };
  const list = exactProjection(columns.map(quoteName));
  const raw = db
    .prepare(`SELECT ${list} FROM ${quoteName(table.name)}`)
    .raw()
    .safeIntegers()
    .all();
  const rows = (raw as SqlValue[][]).map((cells) => exactRow(cells, encoding));
  const entries = rows.map((row): [string, string] => [nameOf(row), asText(isHidden ? row.slice(1) : row)]);
  return { rows: new Map(entries) };
}

function asText(row: readonly SqlValue[]): string {
  return row.map(quoteValue).join();
}

/** What has to be there in the end. */
function merge(sides: Sides): unknown {
  const { base, mine, theirs } = sides;
  const merged = tablesOf(sides).flatMap((table): [string, unknown][] => {
    const [before, local, remote] = [base.get(table), mine.get(table), theirs.get(table)];
    const isDropped = before !== undefined && (local === undefined || remote === undefined);
    if (isDropped) return [];
    const rows = { before: rowsOf(before), local: rowsOf(local), remote: rowsOf(remote) };
    return [[table, mergeRows(rows)]];
  });
  return new Map(merged);
}

function tablesOf({ base, mine, theirs }: Sides): string[] {
  return [...new Set([...base.keys(), ...mine.keys(), ...theirs.keys()])];
}

type Rows = ReadonlyMap<string, string>;

function rowsOf(content: Content | undefined): Rows {
  return content?.rows ?? new Map();
}

function mergeRows({
  before,
  local,
  remote,
}: Readonly<Record<'before' | 'local' | 'remote', Rows>>): unknown {
  const keys = new Set([...before.keys(), ...local.keys(), ...remote.keys()]);
  const rows = [...keys].flatMap((key) => {
    const [old, ours, theirs] = [before.get(key), local.get(key), remote.get(key)];
    if (
      key.startsWith(UNNAMED) &&
      old === undefined &&
      ours !== undefined &&
      theirs !== undefined &&
      ours !== theirs
    )
      return [ours, theirs];
    return ours === old ? [theirs] : [ours];
  });
  return rows.filter((row) => row !== undefined).sort();
}

function contentOf(sides: ReadonlyMap<string, Content>): unknown {
  return new Map([...sides].map(([table, { rows }]) => [table, [...rows.values()].sort()]));
}

/** Whether both sides did something to the same table. */
function overlaps(sides: Sides): boolean {
  return tablesOf(sides).some((table) => {
    const before = sides.base.get(table);
    const moved = (side: ReadonlyMap<string, Content>): boolean =>
      !isDeepStrictEqual(side.get(table), before);
    return moved(sides.mine) && moved(sides.theirs);
  });
}
