import { check } from '../../src/commands/check';
import { diff } from '../../src/commands/diff';
import { dump } from '../../src/commands/dump';
import { fingerprint } from '../../src/commands/fingerprint';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { snapshot } from '../../src/commands/snapshot';
import { status } from '../../src/commands/status';
import { undo } from '../../src/commands/undo';
import { doctor } from '../../src/commands/doctor';
import { verify } from '../../src/commands/verify';
import { loadProject } from '../../src/project/load-project';
import { connect } from '../../src/remote/connect';
import { parseRemoteUrl } from '../../src/remote/url';
import { openLive } from '../../src/live';
import { digestsOf } from '../fixtures/cli.fixture';
import { makeFileProject } from '../fixtures/project.fixture';

/** A function of the library as plain JavaScript sees it. */
type Any = (...args: unknown[]) => unknown;

const VERBS = {
  check,
  diff,
  dump,
  fingerprint,
  init,
  pull,
  push,
  snapshot,
  status,
  undo,
  verify,
  doctor,
} as unknown as Record<string, Any>;

/** Options that no function has, or not so, with what the hint or message says. */
const WRONG: [verb: string, options: unknown, says: string][] = [
  ['push', { dryrun: true }, 'Did you mean "dryRun"?'],
  ['push', { dry_run: true }, 'Did you mean "dryRun"?'],
  ['push', { dryRun: 'yes' }, 'must be a boolean'],
  ['push', { dryRun: 1 }, 'must be a boolean'],
  ['push', { onConflict: 'mine' }, 'one of fail, ours, theirs'],
  ['push', { merge: true }, 'one of rows, cells, never'],
  ['push', { plan: '' }, 'not empty'],
  ['push', { plan: 'a\0b' }, 'without NUL'],
  ['push', { allow: 'dropTable' }, 'must be a list of strings'],
  ['push', { allow: [''] }, 'must be a list of strings'],
  ['check', { folder: 'x' }, 'no option "folder"'],
  ['push', { onEvent: 'print' }, 'must be a function'],
  ['push', { toString: 1 }, 'no option "toString"'],
  ['push', true, 'no object'],
  ['push', null, 'no object'],
  ['push', ['dryRun'], 'no object'],
  ['pull', { 'on-conflict': 'ours' }, 'Did you mean "onConflict"?'],
  ['init', { Force: true }, 'Did you mean "force"?'],
  ['init', { edits: 'discard' }, 'one of refuse, keep'],
  ['diff', { rows: 0 }, 'whole number of 1'],
  ['diff', { rows: '5' }, 'whole number of 1'],
  ['diff', { tables: 't' }, 'Did you mean "table"?'],
  ['dump', { off: 'remote' }, 'Did you mean "of"?'],
  ['dump', { of: 'copy' }, 'one of base, working-copy, remote'],
  ['undo', { push: -1 }, 'whole number of 1'],
  ['undo', { remoteonly: true }, 'Did you mean "remoteOnly"?'],
  ['verify', { quiet: true }, 'no option "quiet"'],
  ['snapshot', { force: true }, 'no option "force"'],
  ['status', { env: 'x' }, 'It has onEvent, signal, capabilities.'],
  ['doctor', { readonly: true }, 'no option "readonly"'],
  ['doctor', { readOnly: 'yes' }, 'readOnly'],
];

test.each(WRONG)('%s(project, %j) is refused, and does nothing', async (name, options, says) => {
  const at = await makeFileProject('CREATE TABLE t(v); INSERT INTO t VALUES (1)');
  const { project } = at;
  await init(project);
  at.edit('UPDATE t SET v = 2');
  const before = digestsOf(project.directory);
  const error: unknown = await Promise.resolve(VERBS[name]?.(project, options)).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'USAGE' });
  const { message, hint } = error as { message: string; hint: string };
  expect(`${message} ${hint}`).toContain(says);
  expect(message).toContain(`${name}()`);
  expect(digestsOf(project.directory)).toEqual(before);
  expect(at.queryRemote('SELECT v FROM t')).toEqual([[1]]);
});

test.each([
  ['loadProject()', () => (loadProject as Any)({ dir: 'x' }), 'no option "dir"'],
  ['loadProject()', () => (loadProject as Any)({ cwd: 5 }), 'must be a string'],
  ['loadProject()', () => (loadProject as Any)({ environment: 'x' }), 'no option "environment"'],
  ['openLive()', () => (openLive as Any)({ url: 'file:x.db', authtoken: 'x' }), 'Did you mean "authToken"?'],
  ['openLive()', () => (openLive as Any)({ url: 'file:x.db', maxretries: 1 }), 'Did you mean "maxRetries"?'],
  [
    'connect()',
    () => (connect as Any)(parseRemoteUrl('http://127.0.0.1:1', ''), { token: 'x' }),
    'no option "token"',
  ],
])('%s refuses options that it does not have', async (call, work, says) => {
  const error: unknown = await Promise.resolve()
    .then(work)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'USAGE' });
  const { message, hint } = error as { message: string; hint: string };
  expect(message).toContain(call);
  expect(`${message} ${hint}`).toContain(says);
});

test('an option that is undefined counts as left out', async () => {
  const { project } = await makeFileProject('CREATE TABLE t(v)');
  await (init as Any)(project, { force: undefined, onEvent: undefined });
  expect(await (push as Any)(project, { plan: undefined })).toMatchObject({ outcome: 'nothing' });
});
