import { rmSync } from 'node:fs';
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
import {
  distinct,
  NO_HISTORY,
  outcomesOf,
  stagesOf,
  withPlan,
  type Actor,
  type Author,
  type Outcome,
  type Side,
  type State,
} from './model.fixture';
import { sqlOf, type Environment, type Fault, type Step, type VerbStep } from './steps.fixture';
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
        hidden: [NO_HISTORY],
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
    await sites[env].restore();
    remotes[env] = await sites[env].read();
    for (const { sides } of actors) {
      const side = sides[env];
      side.isRestored = true;
      side.hidden = side.hidden.map(({ unfinished }) => ({
        ...NO_HISTORY,
        unfinished: unfinished?.kind === 'sent' ? null : unfinished,
      }));
    }
  }

  async function playVerb(actor: Actor, step: VerbStep): Promise<void> {
    const { env } = step;
    const side = actor.sides[env];
    const author = step.do === 'plan' ? actors[step.by] : undefined;
    const writes = step.do === 'push' || step.do === 'pull' || step.do === 'plan';
    if (author?.sides[env].base === null) return;
    if (step.do === 'undo' && side.isRestored && side.hidden.some(({ pushes }) => pushes.length === 0))
      return;
    if (side.base === null && !writes) return;
    const before = { remote: remotes[env], work: actor.work };
    const meanwhile: { edited?: Content } = {};
    const fault = 'fault' in step ? step.fault : null;
    const inTheWay = new Set<string>();
    const onEvent: OnEvent = (event) => {
      if (fault?.kind === 'unrecorded' && event.type === 'transaction')
        inTheWay.add(actor.folder.blockRecord(env));
      if (meanwhile.edited !== undefined || !('during' in step) || step.during === null) return;
      actor.folder.edit(sqlOf(step.during));
      meanwhile.edited = actor.folder.read();
    };
    sites[env].arm(fault);
    const ended = await run(actor, step, onEvent).then(
      (status) => ({ status, error: undefined }),
      (error: unknown) => ({ status: undefined, error }),
    );
    sites[env].arm(null);
    for (const place of inTheWay) rmSync(place, { recursive: true });
    if (ended.error !== undefined) explain(ended.error, step, fault);
    const now = { remote: await sites[env].read(), work: actor.folder.read(), base: actor.folder.base(env) };
    const from = startsOf(actor, env, before);
    const of = author && { side: author.sides[env], work: author.work, isSame: author === actor };
    const allowed = from.flatMap((state) => allowedFrom(step, state, of, meanwhile.edited, ended.error));
    const found = allowed.filter(
      (o) =>
        textOf(o.remote) === textOf(now.remote) &&
        textOf(o.work) === textOf(now.work) &&
        (now.base === null ? ended.error !== undefined : textOf(o.base) === textOf(now.base)) &&
        (o.status === undefined || ended.error !== undefined || o.status === ended.status),
    );
    const [first] = found;
    if (first === undefined) {
      const how = ended.status ?? (ended.error as Error).message;
      throw new Error(
        `ended ${how}, left ${show(now)} from ${from.map(show).join()} allowed ${allowed.map(show).join()}`,
      );
    }
    remotes[env] = first.remote;
    actor.work = first.work;
    side.base = now.base;
    side.hidden = now.base === null ? [NO_HISTORY] : distinct(found.map((o) => o.hidden));
    const siblings = found.flatMap((o) => o.sibling ?? []);
    if (siblings.length > 0) {
      actor.sides.default.base = actor.folder.base('default');
      actor.sides.default.hidden = distinct(siblings.map((s) => s.hidden));
    }
    if (found.some((o) => o.isOrigin === true) && now.base !== null) side.origins.push(now.base);
    if (author !== undefined) claim(author.sides[env], found);
  }

  /** A plan may have been pushed without anybody's seeing it. */
  function claim(theirs: Side, found: readonly Outcome[]): void {
    const isSure = found.every((o) => o.plan !== undefined);
    const [plan] = found.flatMap((o) => o.plan ?? []);
    if (plan === undefined) return;
    const claimed = theirs.hidden.map((one) => withPlan(one, plan));
    theirs.hidden = isSure ? claimed : [...theirs.hidden, ...claimed];
  }

  function explain(error: unknown, step: Step, fault: Fault | null): void {
    if (error instanceof Killed) return;
    const code = codeOf(error);
    if (fault?.kind === 'missing' && code === 'REMOTE_MISSING') return;
    if (fault !== null && 'request' in fault && code !== undefined && NETWORK.test(code)) return;
    if (step.do === 'undo' && code === 'UNDO_IMPOSSIBLE') return;
    if (step.do === 'undo' && code === 'NOTHING_TO_UNDO') return;
    if (step.do === 'plan' && code === 'PLAN_STALE') return;
    throw error;
  }

  async function run(actor: Actor, step: VerbStep, onEvent: OnEvent): Promise<string> {
    const project = actor.folder.projects[step.env];
    if ('fault' in step && step.fault?.kind === 'killed') return runKilled(actor, step, step.fault.after);
    switch (step.do) {
      case 'push':
        return (await push(project, { onConflict: step.ours ? 'ours' : 'fail', onEvent })).outcome;
      case 'pull':
        return (await pull(project, { onEvent })).outcome;
      case 'undo':
        return (await undo(project, { onEvent })).outcome;
      case 'dry run':
        return (await push(project, { dryRun: true })).outcome;
      case 'verify':
        return (await verify(project)).outcome === 'equal' ? 'equal' : 'differs';
      case 'plan': {
        const author = (actors[step.by] as Actor).folder;
        const file = path.join(author.directory, 'plan.json');
        await diff(author.projects[step.env], { save: file });
        return (await push(project, { plan: file })).outcome;
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

function codeOf(error: unknown): string | undefined {
  return error instanceof TursoSyncError ? error.code : undefined;
}

/** A state, and what the first use of another remote has finished of the first one. */
type Start = State & { readonly sibling?: State };

/** The states from which a verb may begin. */
function startsOf({ sides }: Actor, env: Environment, at: Pick<State, 'remote' | 'work'>): Start[] {
  const { base, hidden } = sides[env];
  if (base !== null) return hidden.map((one) => ({ ...at, base, hidden: one }));
  // The first use of another remote begins with what the working copy and the first one agreed on.
  const first = sides.default;
  const asFirst = first.hidden.map((one) => ({ ...at, base: first.base as Content, hidden: one }));
  const finished = asFirst.flatMap((state) => stagesOf('dry run', state).flat());
  return finished.flatMap((sibling) =>
    [...first.origins, sibling.base].map((origin) => ({
      ...at,
      work: sibling.work,
      base: origin,
      hidden: NO_HISTORY,
      sibling,
    })),
  );
}

/** How a verb may leave what it works on, with an edit of the working copy meanwhile or without. */
function allowedFrom(
  step: VerbStep,
  start: Start,
  author: Author | undefined,
  edited: Content | undefined,
  error: unknown,
): (Outcome & Start)[] {
  const { sibling } = start;
  const outcomes = (state: State): readonly Outcome[] => {
    const { meant, failed, isImpossible } = outcomesOf(step, state, author);
    if (codeOf(error) === 'UNDO_IMPOSSIBLE' && !isImpossible) return [];
    return error === undefined ? meant : failed;
  };
  const all = outcomes(start);
  const same = sibling === undefined ? {} : { sibling };
  if (edited === undefined) return all.map((o) => ({ ...o, ...same }));
  // It came before the working copy was looked at, or after; what is written to the working copy is under it.
  const onTop = all.filter((o) => textOf(o.work) === textOf(start.work)).map((o) => ({ ...o, work: edited }));
  return [...onTop, ...outcomes({ ...start, work: edited })].map((o) => ({ ...o, ...same }));
}

/** What a verb works on, a line for each. */
function show({
  remote,
  work,
  base,
}: Pick<Outcome, 'remote' | 'work'> & { readonly base: Content | null }): string {
  return `\n  remote ${textOf(remote)}\n  work   ${textOf(work)}\n  base   ${base === null ? 'none' : textOf(base)}\n`;
}
