import Database from 'better-sqlite3';
import { jsonCell, TAGGED, type CellForm } from '../../sqlite/values/json-cells';
import { reportRows } from './report-rows';

const db = new Database(':memory:');
afterAll(() => db.close());

/** Renders a value given in SQL, as in a pushed row. */
function rendered(sql: string, { numbers, mostly }: CellForm = {}): string {
  return db
    .prepare(
      `SELECT '['||${jsonCell('v', 0, { numbers, mostly: mostly ?? 'text' })}||']' FROM (SELECT ${sql} AS v)`,
    )
    .pluck()
    .get() as string;
}

test.each([
  ['1', '[1]'],
  ['9007199254740991', '[9007199254740991]'],
  ['9007199254740992', '[{"integer":"9007199254740992"}]'],
  ['-9223372036854775807 - 1', '[{"integer":"-9223372036854775808"}]'],
  ['0.0', '[{"real":"0.0"}]'],
  ['9e999', '[{"real":"Infinity"}]'],
  ['-9e999', '[{"real":"-Infinity"}]'],
  ['NULL', '[null]'],
  [`'a' || char(9) || '1.5' || char(13) || '9'`, '["a\\t1.5\\r9"]'],
  [`'{"real":"9e999"}'`, '["{\\"real\\":\\"9e999\\"}"]'],
  ['-1.5', '[{"real":"-1.5e+00"}]'],
])('%s is reported as %s, sent before or not', (sql, expected) => {
  expect(reportRows(rendered(sql), null)).toBe(expected);
  for (const mostly of ['text', 'integer', 'real'] as const)
    expect(rendered(sql, { numbers: TAGGED, mostly })).toBe(expected);
});

test('a REAL is reported with all its bits', () => {
  const [value] = JSON.parse(reportRows(rendered('0.1 + 0.2'), null)) as [{ real: string }];
  expect(Number(value.real)).toBe(0.1 + 0.2);
});

test('what is sent is JSON that SQLite reads back to the same', () => {
  const read = db
    .prepare(`SELECT typeof(value->>0) || ' ' || quote(value->>0) FROM json_each('['||?||']')`)
    .pluck();
  expect(read.get(rendered('9223372036854775807'))).toBe('integer 9223372036854775807');
  expect(read.get(rendered('1.0'))).toBe('real 1.0');
});
