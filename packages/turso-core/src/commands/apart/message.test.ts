import { deserialize, serialize } from 'node:v8';
import { makeFileProject } from '../../../test/fixtures/project.fixture';
import { TursoSyncError } from '../../errors';
import type { PlanRow } from '../../plan/plan';
import { RawText } from '../../sqlite/values/values';
import { diff, type DiffResult } from '../diff';
import { init } from '../init';
import { pack, packError, unpack, unpackError, type Callback } from './message';

/** Returns a message as the other process receives it, after serialization. */
const sent = <T>(message: T): T => deserialize(serialize(message)) as T;

test.each([
  [null],
  [{ a: undefined, b: [1n, -0, NaN, Infinity, 'text\0\ud800'], c: { d: true } }],
  [[{ row: { key: new RawText(Uint8Array.of(255)), blob: Uint8Array.of(0, 255) } }]],
  [
    Object.fromEntries([
      ['__proto__', 'a column'],
      ['callback', 1],
      ['raw text', 2],
    ]),
  ],
])('%j arrives as it was', (value) => {
  expect(unpack(sent(pack(value)))).toStrictEqual(value);
});

test('a plan arrives with its rows', async () => {
  const at = await makeFileProject('CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)');
  await init(at.project);
  at.edit('DELETE FROM t');
  const result = await diff(at.project);
  const arrived = unpack(sent(pack(result))) as DiffResult;
  expect(JSON.stringify(arrived)).toBe(JSON.stringify(result));
  const rows: PlanRow[] = [];
  for await (const row of arrived.plan.rows('t')) rows.push(row);
  expect(rows).toEqual([
    { kind: 'delete', table: 't', key: { id: 1n }, columns: [], old: { id: 1n }, new: null },
  ]);
});

test('numbers the callbacks of options', () => {
  const callbacks: Callback[] = [];
  const packed = sent(pack({ onEvent: () => 'event', to: { write: () => 'piece' } }, callbacks));
  const options = unpack(packed, (callback) => callbacks[callback] as Callback) as {
    onEvent: Callback;
    to: { write: Callback };
  };
  expect([options.onEvent(), options.to.write()]).toEqual(['event', 'piece']);
});

test('an error arrives with all that it says', () => {
  const cause = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
  const error = new TursoSyncError('REMOTE_BUSY', 'It is busy.', { hint: 'Wait.', retryable: true, cause });
  const arrived = unpackError(sent(packError(error)));
  expect(arrived).toBeInstanceOf(TursoSyncError);
  expect(JSON.stringify(arrived)).toBe(JSON.stringify(error));
  expect(arrived).toMatchObject({ stack: error.stack, cause: { message: cause.message, code: cause.code } });
});

test('an error that is not ours stays one', () => {
  const arrived = unpackError(
    sent(packError(Object.assign(new TypeError('x is not a function'), { code: 'E' }))),
  );
  expect(arrived).not.toBeInstanceOf(TursoSyncError);
  expect(arrived).toMatchObject({ message: 'x is not a function', code: 'E' });
});
