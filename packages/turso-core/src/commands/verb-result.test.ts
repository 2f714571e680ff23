import { renameSync } from 'node:fs';
import path from 'node:path';
import type { CoreEvent, Progress, StepName, VerbOptions } from '../events';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import type { VerbName } from './apart/verbs';
import { check } from './check';
import { clean } from './clean';
import { copy } from './copy';
import { diff } from './diff';
import { doctor } from './doctor';
import { dump } from './dump';
import { init } from './init';
import { pull } from './pull';
import { push } from './push';
import { restore } from './restore';
import { snapshot } from './snapshot';
import { status } from './status';
import { undo } from './undo';
import type { VerbResult } from './verb-result';
import { verify } from './verify';

type Run = (at: FileProject, options: VerbOptions) => Promise<VerbResult>;

/** Every verb with a result, in an order in which all have work, with its outcome. A new verb needs a line. */
const RUNS: Readonly<Record<Exclude<VerbName, 'fingerprint'>, readonly [outcome: string, run: Run]>> = {
  init: ['created', ({ project }, options) => init(project, options)],
  diff: ['changed', ({ project }, options) => diff(project, options)],
  check: ['passed', ({ project }, options) => check(project, options)],
  push: ['pushed', ({ project }, options) => push(project, options)],
  verify: ['equal', ({ project }, options) => verify(project, options)],
  status: ['complete', ({ project }, options) => status(project, options)],
  pull: ['pulled', ({ project }, options) => pull(project, options)],
  undo: ['conflict', ({ project }, options) => undo(project, options)],
  restore: ['restored', ({ project }, options) => restore(project, options)],
  dump: ['written', ({ project }, options) => dump(project, options)],
  copy: [
    'written',
    ({ project }, options) => copy(project, { to: path.join(project.directory, 'copy.db'), ...options }),
  ],
  snapshot: ['taken', ({ project }, options) => snapshot(project, options)],
  clean: ['listed', ({ project }, options) => clean(project, options)],
  doctor: ['healthy', ({ project }, options) => doctor(project, { showHost: true, ...options })],
};

/** Verbs without any contact to the remote. */
const LOCAL: readonly string[] = ['diff', 'check', 'restore', 'dump', 'copy', 'clean'];

test('every verb names its outcome, the remote and the environment, in one shape', async () => {
  const at = await makeFileProject(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
  );
  for (const [name, [outcome, run]] of Object.entries(RUNS)) {
    if (name === 'diff') at.edit("UPDATE t SET v = 'mine' WHERE id = 1");
    if (name === 'pull') at.editRemote("UPDATE t SET v = 'theirs' WHERE id = 1");
    const events: CoreEvent[] = [];
    const { warnings, durationMs, ...result } = await run(at, { onEvent: (event) => events.push(event) });
    expect([name, result]).toMatchObject([
      name,
      { outcome, environment: null, used: null, remote: LOCAL.includes(name) ? null : `file:${at.remote}` },
    ]);
    expect([name, Object.keys(result)[0], Array.isArray(warnings)]).toEqual([name, 'outcome', true]);
    expect([name, Number.isSafeInteger(durationMs)]).toEqual([name, true]);
    // What is warned of is heard at once, and told in the end.
    const heard = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect([name, heard]).toEqual([name, warnings]);
  }
});

/** Steps that take no longer on a large database, contain other steps, or end early: a file computes no checksums. */
const WITHOUT_PROGRESS: readonly StepName[] = [
  ...(['connect', 'estimate the cost', 'commit', 'push', 'merge', 'remove the receipt'] as const),
  ...(['write the records', 'compare computed values', 'test the remote', 'compare checksums'] as const),
];

/** Doctor counts its checks. Without checks in the project, `check` has no work. */
const WITHOUT_BYTES: readonly string[] = ['doctor', 'check'];

test('every verb reports rows or bytes of all long steps, never back, and up to the total', async () => {
  const at = await makeFileProject(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v, large);
    WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 3000)
    INSERT INTO t SELECT i, 'a', hex(randomblob(500)) FROM c`,
  );
  for (const [name, [outcome, run]] of Object.entries(RUNS)) {
    if (name === 'diff') at.edit("UPDATE t SET v = 'mine' WHERE id < 2000");
    if (name === 'pull' || name === 'snapshot') at.editRemote(`UPDATE t SET v = '${name}' WHERE id < 2000`);
    const steps = new Map<StepName, Progress[]>();
    const units = new Set<string>();
    const result = await run(at, {
      onEvent(event) {
        if (event.type === 'begin') steps.set(event.what, []);
        if (event.type !== 'progress') return;
        steps.get(event.what)?.push(event);
        units.add(event.unit);
      },
    });
    expect([name, result.outcome]).toEqual([name, outcome]);
    expect([name, units.has('bytes') || units.has('rows')]).toEqual([name, !WITHOUT_BYTES.includes(name)]);
    for (const [what, told] of steps) {
      if (WITHOUT_PROGRESS.includes(what)) continue;
      const last = told.at(-1);
      expect([name, what, last?.done]).toEqual([name, what, last?.total]);
      told.slice(1).forEach((next, i) => {
        const before = told[i];
        if (before?.unit === next.unit && next.done < before.done)
          throw new Error(`${name}, ${what}: ${next.done} after ${before.done}`);
      });
    }
  }
});

test('doctor names neither the remote nor the environment, unless asked to', async () => {
  const at = await makeFileProject('CREATE TABLE t(x)');
  const events: CoreEvent[] = [];
  const project = { ...at.project, environment: 'customer' };
  const result = await doctor(project, { onEvent: (event) => events.push(event) });
  expect(result).toMatchObject({ outcome: 'healthy', remote: null, environment: null });
  expect(JSON.stringify([result, events])).not.toMatch(/customer|remote\.db/);
  expect(await doctor(project, { showHost: true })).toMatchObject({
    remote: `file:${at.remote}`,
    environment: 'customer',
  });
});

test('status is incomplete if a part cannot be found out, and still names the remote', async () => {
  const at = await makeFileProject('CREATE TABLE t(x)');
  await init(at.project);
  renameSync(at.remote, `${at.remote}.away`);
  expect(await status(at.project)).toMatchObject({
    outcome: 'incomplete',
    remote: `file:${at.remote}`,
    remoteState: { answers: false, problem: { code: 'REMOTE_MISSING' } },
  });
});
