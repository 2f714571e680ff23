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
import {
  conflictsOf,
  deltaOf,
  inverseOf,
  isNothing,
  textOf,
  withDelta,
  type Content,
  type Delta,
} from './content.fixture';
import { sqlOf, type Environment, type Step } from './steps.fixture';
import { makeFolder, type Folder, type Sites } from './world.fixture';

/** What is known of a push or a pull that was cut off: it is settled by the folder's next verb. */
interface Unsettled {
  /** What a push changed on the remote; null for a pull. */
  readonly delta: Delta | null;
  /** What the base becomes when it is settled. */
  readonly frozen: Content;
  arrived: boolean;
}

/** What a folder holds for one remote, as the model has it. */
interface Side {
  base: Content | null;
  /** The latest pushes, each with what an undo of it may take back. */
  readonly pushes: (readonly Delta[])[];
  unsettled: Unsettled | null;
  /** Lines of plans that were made here and pushed from elsewhere: the folder knows them for its own. */
  claimed: ReadonlyMap<string, number>;
  /** Whether the remote lost the latest pushes, so that nobody can tell what an undo finds. */
  isRestored: boolean;
}

interface Actor {
  readonly folder: Folder;
  work: Content;
  readonly sides: Readonly<Record<Environment, Side>>;
}

/** How a verb may leave what it works on. */
interface Outcome {
  readonly remote: Content;
  readonly work: Content;
  readonly base: Content;
  /** What the verb must answer, if it has to succeed. */
  readonly status?: string;
  /** What of the model moves besides. */
  readonly then?: (status: string | undefined) => void;
}

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
        pushes: [],
        unsettled: null,
        claimed: new Map(),
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
      sides[env].claimed = new Map();
      if (sides[env].unsettled !== null) sides[env].unsettled.arrived = false;
    }
  }

  type VerbStep = Exclude<Step, { do: 'clock' | 'other' | 'restore' | 'edit' }>;

  async function playVerb(actor: Actor, step: VerbStep): Promise<void> {
    const { env } = step;
    const side = actor.sides[env];
    const writes = step.do === 'push' || step.do === 'pull' || step.do === 'plan';
    if (step.do === 'plan' && (actors[step.by] as Actor).sides[env].base === null) return;
    if (step.do === 'undo' && side.isRestored && side.pushes.length === 0) return;
    // The first use of another remote begins with what the working copy and the first one agreed on.
    if (side.base === null) {
      if (!writes) return;
      side.base = actor.sides.default.base;
    }
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
    const unedited: Outcome[] = outcomesOf(actor, step, before, before.work);
    const { edited } = meanwhile;
    const all =
      edited === undefined
        ? unedited
        : [...unedited.map(onTop(edited)), ...outcomesOf(actor, step, before, edited)];
    const failed = failures(side, before, edited, unedited);
    const allowed = ended.error === undefined ? all : failed;
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
    side.base = found.base;
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

  /** What a verb that fails may leave: nothing has happened, or the push arrived and its answer did not. */
  function failures(
    side: Side,
    before: { remote: Content; work: Content },
    edited: Content | undefined,
    meant: readonly Outcome[],
  ): Outcome[] {
    const work = edited ?? before.work;
    const settled =
      side.unsettled?.arrived === true
        ? [side.base as Content, side.unsettled.frozen]
        : [side.base as Content];
    const asBefore = settled.map((base) => ({ remote: before.remote, work, base }));
    const arrived = meant.flatMap((o) =>
      settled.flatMap((base) => {
        if (textOf(o.remote) === textOf(before.remote)) return [];
        const unsettled = { delta: deltaOf(before.remote, o.remote), frozen: before.work, arrived: true };
        return [{ remote: o.remote, work, base, then: () => void (side.unsettled = unsettled) }];
      }),
    );
    const written = meant.flatMap((o) => {
      if (textOf(o.work) === textOf(work)) return [];
      const unsettled = { delta: null, frozen: o.base, arrived: true };
      return [...settled, o.base].map((base) => ({
        remote: o.remote,
        work: o.work,
        base,
        then: () => void (side.unsettled = unsettled),
      }));
    });
    // The remote has all of it, and so has the base: what failed came afterwards.
    return [...asBefore, ...arrived, ...meant.map(({ status: _, ...o }) => o), ...written];
  }

  function onTop(edited: Content): (outcome: Outcome) => Outcome {
    return (outcome) => ({ ...outcome, work: edited });
  }

  /** How a verb that succeeds may end, with the working copy as it was when it was looked at. */
  function outcomesOf(
    actor: Actor,
    step: VerbStep,
    before: { remote: Content; work: Content },
    work: Content,
  ): Outcome[] {
    const side = actor.sides[step.env];
    const { remote } = before;
    const arrived = side.unsettled?.arrived === true ? side.unsettled : null;
    const settles = step.do !== 'verify' && step.do !== 'dry run';
    const known = settles && arrived !== null ? arrived.frozen : (side.base as Content);
    const base = settles ? withClaims(known, side.claimed, work) : known;
    const settle = (): void => {
      if (!settles) return;
      side.claimed = new Map();
      if (arrived !== null && arrived.delta !== null) side.pushes.push([arrived.delta]);
      side.unsettled = null;
    };
    const delta = deltaOf(base, work);
    const conflicts = conflictsOf(delta, remote);
    const same = { remote, work, base, then: settle };
    switch (step.do) {
      case 'verify':
        return [{ ...same, status: textOf(remote) === textOf(work) ? 'equal' : 'differs' }];
      case 'dry run':
        if (conflicts.length > 0) return [{ ...same, status: 'conflict' }];
        return (isNothing(delta) ? ['nothing', 'planned'] : ['planned']).map((status) => ({
          ...same,
          status,
        }));
      case 'pull': {
        if (conflicts.length > 0) return [{ ...same, status: 'conflict' }];
        return [{ remote, work: withDelta(remote, delta), base: remote, then: settle }];
      }
      case 'push': {
        if (conflicts.length > 0 && !step.ours) return [{ ...same, status: 'conflict' }];
        const after = withDelta(remote, delta);
        // A row that was replaced by an equal one has another hidden rowid, and is pushed.
        const then = (status: string | undefined): void => {
          settle();
          if (!isNothing(delta) || (status === 'pushed' && arrived === null))
            side.pushes.push([deltaOf(remote, after)]);
        };
        const through = { remote: after, work, base: work, then };
        return isNothing(delta)
          ? ['nothing', 'pushed'].map((status) => ({ ...through, status }))
          : [{ ...through, status: 'pushed' }];
      }
      case 'undo':
        return undoOutcomes(side, { ...same, work }, arrived);
      case 'plan':
        return planOutcomes(side, step, same);
    }
  }

  function undoOutcomes(side: Side, same: Outcome, arrived: Unsettled | null): Outcome[] {
    const last = arrived?.delta == null ? side.pushes.at(-1) : [arrived.delta];
    return last === undefined ? [same] : last.map((pushed) => undone(side, same, inverseOf(pushed)));
  }

  function undone(side: Side, same: Outcome, back: Delta): Outcome {
    if (conflictsOf(back, same.remote).length > 0) return { ...same, status: 'conflict' };
    const remote = withDelta(same.remote, back);
    // Rows that were edited since are left.
    const held = new Map([...back.rows].filter(([key, { old }]) => same.work.rows.get(key) === old));
    const then = (): void => {
      same.then?.(undefined);
      const changed = deltaOf(same.remote, remote);
      if (!isNothing(changed)) side.pushes.push([changed]);
    };
    const work = withDelta(same.work, { rows: held, lines: back.lines });
    return { remote, work, base: withDelta(same.base, back), then };
  }

  function planOutcomes(side: Side, step: Extract<Step, { do: 'plan' }>, same: Outcome): Outcome[] {
    const author = actors[step.by] as Actor;
    const plan = deltaOf(author.sides[step.env].base as Content, author.work);
    const remote = withDelta(same.remote, plan);
    const then = (): void => {
      same.then?.(undefined);
      // Where somebody else has pushed it, it may count as pushed by both.
      if (!isNothing(plan)) side.pushes.push([deltaOf(same.remote, remote), plan]);
      const theirs = author.sides[step.env];
      if (theirs !== side) theirs.claimed = withDelta({ rows: new Map(), lines: theirs.claimed }, plan).lines;
    };
    // The base takes over only what the working copy has as well.
    const { base, work } = same;
    const agreed = new Map([...plan.rows].filter(([key, { new: value }]) => work.rows.get(key) === value));
    const more = deltaOf(base, work).lines;
    const lines = new Map([...plan.lines].map(([line, n]) => [line, Math.min(n, more.get(line) ?? 0)]));
    return [new Map<string, number>(), lines].map((some) => ({
      ...same,
      remote,
      base: withDelta(base, { rows: agreed, lines: some }),
      then,
    }));
  }
}

function withClaims(base: Content, claimed: ReadonlyMap<string, number>, work: Content): Content {
  const more = deltaOf(base, work).lines;
  const lines = [...claimed].map(
    ([line, n]) => [line, Math.min(n, Math.max(0, more.get(line) ?? 0))] as const,
  );
  return withDelta(base, { rows: new Map(), lines: new Map(lines) });
}

/** What a verb works on, a line for each. */
function show({
  remote,
  work,
  base,
}: Pick<Outcome, 'remote' | 'work'> & { readonly base: Content | null }): string {
  return `\n  remote ${textOf(remote)}\n  work   ${textOf(work)}\n  base   ${base === null ? 'none' : textOf(base)}\n`;
}
