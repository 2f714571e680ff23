import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase, editDatabase, makeTempDir, removeTempDir } from '@turso-sync/testing';
import fc from 'fast-check';
import { RawText, sameRow, type SqlValue } from '../../sqlite/values/values';
import { withDiff } from '../diff';
import { MANY_ROWS } from '../../../test/fixtures/many-rows.fixture';
import { CHANGE_KINDS, type Changeset } from '../model';
import { buildHistory, editHistory, histories } from '../../../test/fixtures/random.fixture';
import { summarize } from '../summary';
import { changesetJson, jsonValue, type JsonValue } from './json';

/** `changes.json`, as far as tests read it. */
interface Report {
  readonly format: string;
  readonly version: number;
  readonly createdAt: string;
  readonly summary: unknown;
  readonly schema: readonly {
    readonly action: string;
    readonly type: string;
    readonly name: string;
    readonly sql: string;
  }[];
  readonly sequences: unknown;
  readonly tables: readonly TableReport[];
}

interface TableReport {
  readonly table: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly delete?: readonly JsonValue[][];
  readonly insert?: readonly JsonValue[][];
  readonly update?: readonly {
    readonly key: JsonValue[];
    readonly set: Record<string, [JsonValue, JsonValue]>;
  }[];
}

test.each<[string, SqlValue, JsonValue]>([
  ['NULL', null, null],
  ['a small INTEGER', -7n, -7],
  ['the last safe INTEGER', 2n ** 53n - 1n, 2 ** 53 - 1],
  ['an INTEGER beyond', 2n ** 53n, { integer: '9007199254740992' }],
  ['the least INTEGER', -(2n ** 63n), { integer: '-9223372036854775808' }],
  ['a REAL', 1, { real: '1' }],
  ['a REAL to the last digit', 0.1 + 0.2, { real: '0.30000000000000004' }],
  ['negative zero', -0, { real: '-0' }],
  ['infinity', -Infinity, { real: '-Infinity' }],
  ['TEXT', 'a\0"🦀', 'a\0"🦀'],
  ['TEXT that is no text', new RawText(Uint8Array.of(0xff)), { text: '/w==' }],
  ['BLOB', Uint8Array.of(1, 2), { blob: 'AQI=' }],
])('%s has a form of its own', (_, value, json) => {
  expect(jsonValue(value)).toEqual(json);
});

describe('changes.json', () => {
  test('holds every row to the bit, and the counts, whatever the edits', async () => {
    await fc.assert(
      fc.asyncProperty(histories, (history) =>
        report(
          (file) => buildHistory(file, history),
          (file) => editHistory(file, history),
          expectFaithful,
        ),
      ),
      { numRuns: 100 },
    );
  });

  test('holds thousands of rows to the bit', () =>
    report(
      (file) => buildDatabase(file, MANY_ROWS.base),
      (file) => editDatabase(file, MANY_ROWS.edit),
      expectFaithful,
    ));

  test('says what happened, for tools', () =>
    report(
      (file) =>
        buildDatabase(
          file,
          `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, "1", "__proto__", a); INSERT INTO t VALUES(1, 1, 1, 1), (2, 2, 2, 2)`,
        ),
      (file) =>
        editDatabase(
          file,
          `UPDATE t SET "__proto__" = 'x', "1" = 1.0 WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES(3, 3, 3, NULL);
           CREATE VIEW v AS SELECT 1; PRAGMA user_version = 3`,
        ),
      (_changeset, json) => {
        expect(json).toEqual({
          format: 'turso-sync-changes',
          version: 1,
          createdAt: '2024-02-03T04:05:06.000Z',
          summary: {
            total: { delete: 1, update: 1, insert: 1 },
            tables: [{ table: 't', delete: 1, update: 1, insert: 1 }],
            schema: [{ action: 'create', type: 'view', name: 'v' }],
            indexes: [],
            sequences: ['t'],
            userVersion: { from: 0, to: 3 },
            notCarried: [],
          },
          schema: [
            { action: 'create', type: 'view', name: 'v', table: 'v', sql: 'CREATE VIEW v AS SELECT 1' },
          ],
          virtual: [],
          sequences: [{ table: 't', from: 2, to: 3 }],
          tables: [
            {
              table: 't',
              columns: ['id', '1', '__proto__', 'a'],
              key: ['id'],
              delete: [[2, 2, 2, 2]],
              update: [
                { key: [1], set: JSON.parse('{"1": [1, {"real": "1"}], "__proto__": [1, "x"]}') as unknown },
              ],
              insert: [[3, 3, 3, null]],
            },
          ],
        });
      },
    ));
});

async function report(
  build: (file: string) => void,
  edit: (file: string) => void,
  check: (changeset: Changeset, json: Report) => void,
): Promise<void> {
  const dir = makeTempDir('json-');
  try {
    const [base, work] = [join(dir, 'base.db'), join(dir, 'work.db')];
    build(base);
    copyFileSync(base, work);
    edit(work);
    await withDiff(base, work, (changeset) => {
      const text = [...changesetJson(changeset, new Date('2024-02-03T04:05:06Z'))].join('');
      // What only turso-sync itself reads is tried by reading it: see properties.test.ts of the commands.
      const told = (key: string, value: unknown): unknown => (key === 'engine' ? undefined : value);
      check(changeset, JSON.parse(text, told) as Report);
    });
  } finally {
    removeTempDir(dir);
  }
}

function expectFaithful(changeset: Changeset, json: Report): void {
  expect(json.summary).toEqual(summarize(changeset));
  expect(json.schema).toEqual(changeset.schema.map(({ action, object }) => ({ action, ...object })));
  expect(json.tables.map((t) => t.table)).toEqual(changeset.tables.map((t) => t.table.name));
  changeset.tables.forEach((changes, i) => {
    const table = json.tables[i] as TableReport;
    expect(table.columns).toEqual(changes.columns);
    for (const kind of CHANGE_KINDS) {
      const expected = [...changes.rows(kind)];
      expect(changes.count(kind)).toBe(expected.length);
      expect(table[kind] ?? []).toHaveLength(expected.length);
      expected.forEach((change, at) => {
        if (change.kind === 'insert') expectRow(table.insert?.[at], change.new);
        else if (change.kind === 'delete') expectRow(table.delete?.[at], change.old);
        else {
          const update = table.update?.[at];
          expectRow(
            update?.key,
            changes.key.map((k) => change.old[k] as SqlValue),
          );
          expect(Object.keys(update?.set ?? {})).toHaveLength(change.changed.length);
          for (const c of change.changed) {
            const [from, to] = [change.old[c] as SqlValue, change.new[c] as SqlValue];
            expectRow(update?.set[changes.columns[c] ?? ''], [from, to]);
          }
        }
      });
    }
  });
}

function expectRow(json: readonly JsonValue[] | undefined, row: readonly SqlValue[]): void {
  // Much faster than toEqual, over tens of thousands of rows.
  if (json === undefined || !sameRow(json.map(fromJson), row)) expect(json).toEqual(row.map(jsonValue));
}

function fromJson(json: JsonValue): SqlValue {
  if (json === null || typeof json === 'string') return json;
  if (typeof json === 'number') return BigInt(json);
  if ('integer' in json) return BigInt(json.integer);
  if ('real' in json) return Number(json.real);
  return 'blob' in json ? Buffer.from(json.blob, 'base64') : new RawText(Buffer.from(json.text, 'base64'));
}
