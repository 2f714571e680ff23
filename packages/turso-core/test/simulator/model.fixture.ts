import {
  conflictsOf,
  deltaOf,
  inverseOf,
  isNothing,
  mayConflict,
  textOf,
  withDelta,
  type Content,
  type Delta,
} from './content.fixture';
import type { Environment, VerbStep } from './steps.fixture';
import type { Folder } from './world.fixture';

/** What is known of a push or a pull that was cut off: it is settled by the folder's next verb. */
export interface Unsettled {
  /** What a push changed on the remote; null for a pull. */
  readonly delta: Delta | null;
  /** What the base becomes when it is settled. */
  readonly frozen: Content;
  arrived: boolean;
}

/** What a push changed on the remote. */
interface Pushed {
  readonly delta: Delta;
  /** Whether the working copy has its lines, which nothing but their text tells apart. */
  readonly isHere: boolean;
}

/** What a folder holds for one remote, as the model has it. */
export interface Side {
  base: Content | null;
  /** What was taken from the remote, before the folder's own pushes: another remote may start from the latest that differs. */
  readonly origins: Content[];
  /** The latest pushes, each with what an undo of it may take back. */
  readonly pushes: (readonly Pushed[])[];
  unsettled: Unsettled | null;
  /**
   * Plans with lines that were made here and pushed from elsewhere: by the receipt that they leave, the folder knows what is
   * its own.
   */
  claimed: readonly Delta[];
  /** Whether the remote lost the latest pushes, so that nobody can tell what an undo finds. */
  isRestored: boolean;
}

/** Somebody with a folder, as the model has it. */
export interface Actor {
  readonly folder: Folder;
  work: Content;
  readonly sides: Readonly<Record<Environment, Side>>;
}

/** How a verb may leave what it works on. */
export interface Outcome {
  readonly remote: Content;
  readonly work: Content;
  readonly base: Content;
  /** What the verb must answer, if it has to succeed. */
  readonly status?: string;
  /** What of the model moves besides. */
  readonly then?: (status: string | undefined) => void;
}

/** What a verb that fails may leave: nothing has happened, or the push arrived and its answer did not. */
export function failures(
  side: Side,
  before: { remote: Content; work: Content },
  edited: Content | undefined,
  meant: readonly Outcome[],
): Outcome[] {
  const work = edited ?? before.work;
  const settled =
    side.unsettled?.arrived === true ? [side.base as Content, side.unsettled.frozen] : [side.base as Content];
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

/** How a verb that succeeds may end, with the working copy as it was when it was looked at. */
export function outcomesOf(
  { sides }: Actor,
  step: VerbStep,
  { remote, work, author }: { remote: Content; work: Content; author: Actor | undefined },
): Outcome[] {
  const side = sides[step.env];
  const arrived = side.unsettled?.arrived === true ? side.unsettled : null;
  const settles = step.do !== 'verify' && step.do !== 'dry run';
  const known = settles && arrived !== null ? arrived.frozen : (side.base as Content);
  const base = settles ? withClaims(known, side.claimed, work) : known;
  const settle = (): void => {
    if (!settles) return;
    side.claimed = [];
    if (arrived !== null && arrived.delta !== null)
      side.pushes.push([{ delta: arrived.delta, isHere: true }]);
    side.unsettled = null;
  };
  const delta = deltaOf(base, work);
  const conflicts = conflictsOf(delta, remote);
  const same = { remote, work, base, then: settle };
  const inConflict = { ...same, status: 'conflict' };
  const otherwise = mayConflict(delta) ? [inConflict] : [];
  switch (step.do) {
    case 'verify':
      return [{ ...same, status: textOf(remote) === textOf(work) ? 'equal' : 'differs' }];
    case 'dry run':
      if (conflicts.length > 0) return [inConflict];
      return [
        ...otherwise,
        ...(isNothing(delta) ? ['nothing', 'planned'] : ['planned']).map((status) => ({ ...same, status })),
      ];
    case 'pull': {
      if (conflicts.length > 0) return [inConflict];
      const then = (): void => {
        settle();
        side.origins.push(remote);
      };
      // A line that goes on one side may be one that is gone on the other.
      const kept = new Map([...delta.lines].filter(([, more]) => more > 0));
      return [
        ...otherwise,
        ...[delta, { ...delta, lines: kept }].map((some) => ({
          remote,
          work: withDelta(remote, some),
          base: remote,
          then,
        })),
      ];
    }
    case 'push': {
      if (conflicts.length > 0 && !step.ours) return [inConflict];
      const after = withDelta(remote, delta);
      // A row that was replaced by an equal one has another hidden rowid, and is pushed.
      const then = (status: string | undefined): void => {
        settle();
        if (!isNothing(delta) || (status === 'pushed' && arrived === null))
          side.pushes.push([{ delta: deltaOf(remote, after), isHere: true }]);
      };
      const through = { remote: after, work, base: work, then };
      return isNothing(delta)
        ? ['nothing', 'pushed'].map((status) => ({ ...through, status }))
        : [...otherwise, { ...through, status: 'pushed' }];
    }
    case 'undo':
      return undoOutcomes(side, { ...same, work }, arrived);
    case 'plan':
      return author === undefined ? [] : planOutcomes(side, author, { ...same, env: step.env });
  }
}

function undoOutcomes(side: Side, same: Outcome, arrived: Unsettled | null): Outcome[] {
  const last = arrived?.delta == null ? side.pushes.at(-1) : [{ delta: arrived.delta, isHere: true }];
  return last === undefined ? [same] : last.flatMap((pushed) => undone(side, same, pushed));
}

function undone(side: Side, same: Outcome, { delta, isHere }: Pushed): Outcome[] {
  const back = inverseOf(delta);
  const inConflict = { ...same, status: 'conflict' };
  if (conflictsOf(back, same.remote).length > 0) return [inConflict];
  const remote = withDelta(same.remote, back);
  // Rows that were edited since are left.
  const held = new Map([...back.rows].filter(([key, { old }]) => same.work.rows.get(key) === old));
  const then = (): void => {
    same.then?.(undefined);
    const changed = deltaOf(same.remote, remote);
    if (!isNothing(changed)) side.pushes.push([{ delta: changed, isHere }]);
  };
  const lines = isHere ? back.lines : new Map<string, number>();
  const work = withDelta(same.work, { rows: held, lines });
  const base = withDelta(same.base, { ...back, lines });
  const otherwise = mayConflict(back) ? [inConflict] : [];
  return [...otherwise, { remote, work, base, then }];
}

function planOutcomes(
  side: Side,
  author: Actor,
  { env, ...same }: Outcome & { readonly env: Environment },
): Outcome[] {
  const theirs = author.sides[env];
  const plan = deltaOf(theirs.base as Content, author.work);
  if (conflictsOf(plan, same.remote).length > 0) return [];
  const remote = withDelta(same.remote, plan);
  const then = (): void => {
    same.then?.(undefined);
    // Where somebody else has pushed it, it may count as pushed by both.
    if (!isNothing(plan)) {
      const pushed = [deltaOf(same.remote, remote), plan];
      side.pushes.push(pushed.flatMap((delta) => [true, false].map((isHere) => ({ delta, isHere }))));
    }
    if (theirs !== side && plan.lines.size > 0) theirs.claimed = [...theirs.claimed, plan];
  };
  // The base takes over only what the working copy has as well.
  const { base, work } = same;
  const agreed = new Map([...plan.rows].filter(([key, { new: value }]) => work.rows.get(key) === value));
  const more = deltaOf(base, work).lines;
  const lines = new Map([...plan.lines].map(([line, n]) => [line, Math.min(n, more.get(line) ?? 0)]));
  const ofTable = (table: string): Delta['rows'] =>
    new Map([...agreed].filter(([key]) => key.startsWith(`${table} `)));
  // The base may take over less: what it does not, the next pull brings as something that both sides did.
  const taken = subsets([...ofTable('t')], [...ofTable('n')]).flatMap((rows) =>
    [new Map<string, never>(), lines].map((some) => ({ rows: new Map(rows), lines: some })),
  );
  return taken.map((some) => ({ ...same, remote, base: withDelta(base, some), then }));
}

function withClaims(base: Content, claimed: readonly Delta[], work: Content): Content {
  return claimed.reduce((known, plan) => {
    const more = deltaOf(known, work).lines;
    const rows = new Map([...plan.rows].filter(([key, { new: value }]) => work.rows.get(key) === value));
    const lines = new Map(
      [...plan.lines].map(([line, n]) => [line, Math.min(n, Math.max(0, more.get(line) ?? 0))]),
    );
    return withDelta(known, { rows, lines });
  }, base);
}

/** Every union of some of the lists. */
function subsets<T>(...lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((some) => [some, [...some, ...list]]), [[]]);
}
