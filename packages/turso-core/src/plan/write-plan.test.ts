import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase, editDatabase, makeTempDir, removeTempDir } from '@turso-sync/testing';
import fc from 'fast-check';
import { RawText, sameRow, type SqlValue } from '../sqlite/values/values';
import { withDiff } from '../changeset/diff';
import { MANY_ROWS } from '../../test/fixtures/many-rows.fixture';
import { CHANGE_KINDS, type Changeset } from '../changeset/model';
import { buildHistory, editHistory, histories } from '../../test/fixtures/random.fixture';
import { summarize } from '../changeset/summary';
import { jsonValue, type JsonValue } from '../sqlite/values/json-value';
import { PLAN_FACTS } from '../../test/fixtures/plan.fixture';
import { expectSchema } from '../../test/fixtures/schemas.fixture';
import type { PlanHead } from './plan';
import { planSummary } from './plan-summary';
import { describePlan, planText } from './write-plan';

/** A plan's file. */
interface Report extends PlanHead {
  readonly rows: readonly TableReport[];
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

describe('the file of a plan', () => {
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
          format: 'turso-sync-plan',
          version: 2,
          ...PLAN_FACTS,
          ...{ saved: null, pushed: null, findings: [], cost: null, verdict: null },
          changes: {
            total: { delete: 1, update: 1, insert: 1 },
            tables: [{ table: 't', delete: 1, update: 1, insert: 1 }],
            schema: [
              {
                ...{ action: 'create', type: 'view', name: 'v', table: 'v', renamedFrom: null },
                ...{ before: null, after: 'CREATE VIEW v AS SELECT 1', rebuilt: false, statements: [] },
              },
            ],
            virtual: [],
            sequences: [{ table: 't', from: 2, to: 3 }],
            userVersion: { from: 0, to: 3 },
            notCarried: [],
            reliesOn: null,
          },
          rows: [
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
      const text = [...planText(describePlan(changeset, PLAN_FACTS), changeset)].join('');
      const json = JSON.parse(text) as Report;
      expectSchema('plan', json);
      check(changeset, json);
    });
  } finally {
    removeTempDir(dir);
  }
}

function expectFaithful(changeset: Changeset, json: Report): void {
  expect(planSummary(json.changes)).toEqual(summarize(changeset));
  expect(json.rows.map((t) => t.table)).toEqual(changeset.tables.map((t) => t.table.name));
  changeset.tables.forEach((changes, i) => {
    const table = json.rows[i] as TableReport;
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
