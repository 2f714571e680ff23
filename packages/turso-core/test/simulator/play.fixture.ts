import path from 'node:path';
import { TursoSyncError } from '../../src/errors';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';
import { verify } from '../../src/commands/verify';
import type { OnEvent } from '../../src/events';
import { shiftClock } from './clock.fixture';
import { textOf, type Content } from './content.fixture';
import { failures, outcomesOf, type Actor, type Outcome, type Side } from './model.fixture';
import { sqlOf, type Environment, type Step, type VerbStep } from './steps.fixture';
import { makeFolder, type Sites } from './world.fixture';

/** The process of a verb was killed, or ended just before. */
class Killed extends Error {}

/** What the network may do to a verb, as errors with these codes. */
const NETWORK = /^REMOTE_(?!CHANGED|MISSING|UNSUPPORTED)|^RESPONSE_TOO_LARGE$|^QUOTA/;

/**
 * Plays a history on real databases by the library's verbs, and holds each step against a model of what may come of it.
 * Throws where a committed edit is lost, made twice or overwritten unasked, a base is not what both sides agreed on, or a
 * verb does not recover.
 */
export async function play(sites: Sites, steps: readonly Step[]): Promise<void> {
  await Promise.all(Object.values(sites).map((site) => site.reset()));
  const first = await sites.default.read();
  const remotes: Record<Environment, Content> = { default: first, staging: await sites.staging.read() };
  const actors: Actor[] = [];
  try {
    for (let i = 0; i < 2; i++) {
      const folder = await makeFolder(sites);
      await init(folder.projects.default);
      const side = (base: Content | null): Side => ({
        base,
        origins: base === null ? [] : [base],
        pushes: [],
        unsettled: null,
        claimed: [],
        isRestored: false,
      });
      actors.push({ folder, work: first, sides: { default: side(first), staging: side(null) } });
    }
    for (const [at, step] of steps.entries()) {
      try {
        await playStep(step);
      } catch (error) {
        throw new Error(`Step ${at + 1}, ${JSON.stringify(step)}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
    for (const actor of actors) {
      for (const env of ['default', 'staging'] as const) {
        if (actor.sides[env].base === null) continue;
        await playStep({ do: 'pull', folder: actors.indexOf(actor), env, fault: null, during: null });
      }
    }
  } finally {
    shiftClock(0);
    for (const site of Object.values(sites)) site.arm(null);
    for (const { folder } of actors) folder.remove();
  }

  async function playStep(step: Step): Promise<void> {
    if (step.do === 'clock') {
      shiftClock(step.hours);
      return;
    }
    if (step.do === 'other') {
      await sites[step.env].run(step.edits.map(sqlOf).join(';'));
      remotes[step.env] = await sites[step.env].read();
      return;
    }
    if (step.do === 'restore') {
      await restore(step.env);
      return;
    }
    const actor = actors[step.folder] as Actor;
    if (step.do === 'edit') {
      actor.folder.edit(step.edits.map(sqlOf).join(';'));
      actor.work = actor.folder.read();
      return;
    }
    await playVerb(actor, step);
  }

  /** The server comes back with what it had at the beginning: what was written since is gone, and by nobody. */
  async function restore(env: Environment): Promise<void> {
    await sites[env].reset();
    remotes[env] = await sites[env].read();
    for (const { sides } of actors) {
      sides[env].pushes.length = 0;
      sides[env].isRestored = true;
      sides[env].claimed = [];
      if (sides[env].unsettled !== null) sides[env].unsettled.arrived = false;
    }
  }

  async function playVerb(actor: Actor, step: VerbStep): Promise<void> {
    const { env } = step;
    const side = actor.sides[env];
    const author = step.do === 'plan' ? actors[step.by] : undefined;
    const writes = step.do === 'push' || step.do === 'pull' || step.do === 'plan';
    if (author?.sides[env].base === null) return;
    if (step.do === 'undo' && side.isRestored && side.pushes.length === 0) return;
    if (side.base === null && !writes) return;
    // The first use of another remote begins with what the working copy and the first one agreed on.
    const first = actor.sides.default;
    const isFirst = side.base === null;
    const starts = isFirst ? [...first.origins, first.base as Content] : [side.base];
    const before = { remote: remotes[env], work: actor.work };
    const meanwhile: { edited?: Content } = {};
    const onEvent: OnEvent = () => {
      if (meanwhile.edited !== undefined || !('during' in step) || step.during === null) return;
      actor.folder.edit(sqlOf(step.during));
      meanwhile.edited = actor.folder.read();
    };
    const fault = 'fault' in step ? step.fault : null;
    sites[env].arm(fault?.kind === 'killed' ? null : fault);
    const ended = await run(actor, step, onEvent).then(
      (status) => ({ status, error: undefined }),
      (error: unknown) => ({ status: undefined, error }),
    );
    sites[env].arm(null);
    if (ended.error !== undefined) explain(ended.error, step, fault !== null);
    const now = { remote: await sites[env].read(), work: actor.folder.read(), base: actor.folder.base(env) };
    const { edited } = meanwhile;
    const allowed = starts.flatMap((base) => {
      side.base = base;
      const unedited: Outcome[] = outcomesOf(actor, step, { ...before, author });
      if (ended.error !== undefined) return failures(side, before, edited, unedited);
      if (edited === undefined) return unedited;
      const onTop = unedited.map((outcome) => ({ ...outcome, work: edited }));
      return [...onTop, ...outcomesOf(actor, step, { ...before, work: edited, author })];
    });
    const found = allowed.find(
      (o) =>
        textOf(o.remote) === textOf(now.remote) &&
        textOf(o.work) === textOf(now.work) &&
        (now.base === null ? ended.error !== undefined : textOf(o.base) === textOf(now.base)) &&
        (o.status === undefined || ended.error !== undefined || o.status === ended.status),
    );
    if (found === undefined) {
      const how = ended.status ?? (ended.error as Error).message;
      const from = { ...before, base: side.base };
      throw new Error(
        `ended ${how}, left ${show(now)} from ${show(from)} allowed ${allowed.map(show).join()}`,
      );
    }
    remotes[env] = found.remote;
    actor.work = found.work;
    side.base = isFirst && now.base === null ? null : found.base;
    found.then?.(ended.status);
  }

  function explain(error: unknown, step: Step, hasFault: boolean): void {
    if (error instanceof Killed) return;
    const code = error instanceof TursoSyncError ? error.code : undefined;
    if (hasFault && code !== undefined && NETWORK.test(code)) return;
    if (step.do === 'undo' && code === 'NOTHING_TO_UNDO') return;
    if (step.do === 'plan' && code === 'PLAN_STALE') return;
    throw error;
  }

  async function run(actor: Actor, step: VerbStep, onEvent: OnEvent): Promise<string> {
    const project = actor.folder.projects[step.env];
    if ('fault' in step && step.fault?.kind === 'killed') return runKilled(actor, step, step.fault.after);
    switch (step.do) {
      case 'push':
        return (await push(project, { onConflict: step.ours ? 'ours' : 'fail', onEvent })).status;
      case 'pull':
        return (await pull(project, { onEvent })).status;
      case 'undo':
        return (await undo(project)).status;
      case 'dry run':
        return (await push(project, { dryRun: true })).status;
      case 'verify':
        return (await verify(project)).isEqual ? 'equal' : 'differs';
      case 'plan': {
        const author = (actors[step.by] as Actor).folder;
        const file = path.join(author.directory, 'plan.json');
        await diff(author.projects[step.env], { save: file });
        return (await push(project, { plan: file })).status;
      }
    }
  }

  async function runKilled({ folder }: Actor, step: VerbStep, after: number): Promise<string> {
    const environment = step.env === 'default' ? [] : ['--env', step.env];
    const policy = step.do === 'push' && step.ours ? ['--on-conflict=ours'] : [];
    const exit = await folder.runKilled([step.do, ...environment, ...policy], after);
    throw new Killed(`killed, exit code ${String(exit)}`);
  }
}

/** What a verb works on, a line for each. */
function show({
  remote,
  work,
  base,
}: Pick<Outcome, 'remote' | 'work'> & { readonly base: Content | null }): string {
  return `\n  remote ${textOf(remote)}\n  work   ${textOf(work)}\n  base   ${base === null ? 'none' : textOf(base)}\n`;
}
