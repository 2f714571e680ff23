import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, until } from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import type { CoreEvent } from '../../src/index';
import { library } from '../fixtures/built.fixture';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

let scene: FileProject;

beforeEach(async () => {
  scene = await makeFileProject(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, CAST(x'ff' AS TEXT))",
  );
  await init(scene.project);
});

test('a verb tells its events before its result, in order', async () => {
  scene.edit("UPDATE t SET v = 'mine' WHERE id = 1");
  const told: (CoreEvent['type'] | 'result')[] = [];
  const result = await library.push(scene.project, { onEvent: ({ type }) => told.push(type) });
  told.push('result');
  expect(result).toMatchObject({ outcome: 'pushed', changes: { total: { update: 1 } } });
  expect(told).toEqual(expect.arrayContaining(['connect', 'step', 'transaction']));
  expect(told.indexOf('result')).toBe(told.length - 1);
  expect(scene.queryRemote('SELECT v FROM t WHERE id = 1')).toEqual([['mine']]);
});

test('values in a result are what they are in this process', async () => {
  scene.edit('UPDATE t SET v = -0.0 WHERE id = 2');
  const { rows } = await library.diff(scene.project, { rows: 5 });
  expect(rows?.[0]?.key).toEqual({ id: 2n });
  expect(rows?.[0]?.old?.['v']).toEqual(new library.RawText(Buffer.from([255])));
  expect(rows?.[0]?.old?.['v']).toBeInstanceOf(library.RawText);
  expect(Object.is(rows?.[0]?.new?.['v'], -0)).toBe(true);
});

test('a dump waits for what takes its pieces', async () => {
  const pieces: (Uint8Array | string)[] = [];
  let writes = 0;
  const write = async (piece: Uint8Array | string): Promise<void> => {
    expect(++writes).toBe(1);
    pieces.push(piece);
    await sleep(1);
    writes--;
  };
  await library.dump(scene.project, { to: { write } });
  const { file } = await library.dump(scene.project);
  expect(Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString()).toBe(
    readFileSync(String(file), 'utf8'),
  );
});

test('what a verb throws is the same error here', async () => {
  await expect(library.diff(scene.project, { table: 'tt' })).rejects.toThrow(library.TursoSyncError);
  await expect(library.diff(scene.project, { table: 'tt' })).rejects.toMatchObject({
    code: 'TABLE_NOT_FOUND',
    hint: 'Did you mean "t"?',
  });
});

test('an error of a callback ends the verb, and leaves nothing behind', async () => {
  scene.edit("UPDATE t SET v = 'mine' WHERE id = 1");
  const onEvent = ({ type }: CoreEvent): void => {
    if (type === 'connect') throw new RangeError('from the callback');
  };
  await expect(library.push(scene.project, { onEvent })).rejects.toThrow(new RangeError('from the callback'));
  expect(readdirSync(scene.project.files.directory).filter((name) => name.startsWith('tmp-'))).toEqual([]);
  // What was under way when it was told may have arrived.
  expect(await library.push(scene.project)).toMatchObject({ conflicts: [] });
  expect(scene.queryRemote('SELECT v FROM t WHERE id = 1')).toEqual([['mine']]);
});

test('a process that is killed is an error, and the next verb goes on', async () => {
  scene.edit("UPDATE t SET v = 'mine' WHERE id = 1");
  let pid = 0;
  const onEvent = ({ type }: CoreEvent): void => {
    if (pid !== 0 || type !== 'step') return;
    pid = holderOfLock();
    process.kill(pid, 'SIGKILL');
  };
  await expect(library.push(scene.project, { onEvent })).rejects.toMatchObject({
    code: 'INTERRUPTED',
    retryable: true,
  });
  await until(() => !isRunning(pid));
  expect(await library.push(scene.project)).toMatchObject({ outcome: 'pushed' });
  expect(scene.queryRemote('SELECT v FROM t WHERE id = 1')).toEqual([['mine']]);
});

function holderOfLock(): number {
  const note = readFileSync(path.join(scene.project.files.directory, 'lock.json'), 'utf8');
  return (JSON.parse(note) as { pid: number }).pid;
}
