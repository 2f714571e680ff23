import {
  conflictsOf,
  deltaOf,
  inverseOf,
  isNothing,
  textOf,
  withDelta,
  withoutLinesOf,
  type Content,
  type Delta,
} from './content.fixture';
import type { Environment, VerbStep } from './steps.fixture';
import type { Folder } from './world.fixture';

/**
 * What a verb that failed has left to be finished by the folder's next one. `sent`: the remote has it, and the folder does not
 * know. `staged`: it is ready to be brought into the working copy. `written`: the working copy has it, and the base is to follow.
 */
export interface Unfinished {
  readonly kind: 'sent' | 'staged' | 'written';
  readonly of: 'push' | 'pull' | 'undo';
  /** What the base becomes. */
  readonly becomes: Content;
  /** What the pushes are once it is finished. */
  readonly pushes: Hidden['pushes'];
}

/** What a push changed on the remote. */
interface Pushed {
  readonly delta: Delta;
  /** Whether the working copy has its lines, which nothing but their text tells apart. */
  readonly isHere: boolean;
}

/** What a folder knows of one remote and does not show. */
export interface Hidden {
  /** The latest pushes, each with what an undo of it may take back; with nothing if the push could not be noted. */
  readonly pushes: readonly (readonly Pushed[])[];
  readonly unfinished: Unfinished | null;
  /**
   * Plans with lines that were made here and pushed from elsewhere: by the receipt that they leave, the folder knows what is
   * its own.
   */
  readonly claimed: readonly Delta[];
}

/** What a folder holds for one remote, as the model has it. */
export interface Side {
  base: Content | null;
  /** What was taken from the remote, before the folder's own pushes: another remote may start from the latest that differs. */
  readonly origins: Content[];
  /** What it may know: more than one after a verb that was cut off nobody knows where. */
  hidden: readonly Hidden[];
  /** Whether the remote lost the latest pushes, so that nobody can tell what an undo finds. */
  isRestored: boolean;
}

/** Nothing was done yet. */
export const NO_HISTORY: Hidden = { pushes: [], unfinished: null, claimed: [] };

/** Somebody with a folder, as the model has it. */
export interface Actor {
  readonly folder: Folder;
  work: Content;
  readonly sides: Readonly<Record<Environment, Side>>;
}

/** A folder and a remote at one moment, as they may be. */
export interface State {
  readonly remote: Content;
  readonly work: Content;
  readonly base: Content;
  readonly hidden: Hidden;
}

/** How a verb may leave what it works on. */
export interface Outcome extends State {
  /** What the verb must answer, if it has to succeed. */
  readonly status?: string;
  /** A plan that its author then may claim. */
  readonly plan?: Delta;
  /** Whether all of the remote was brought in, so that another remote may start from it. */
  readonly isOrigin?: boolean;
}

/** Who has made the plan of a step. */
export interface Author {
  readonly side: Side;
  readonly work: Content;
  readonly isSame: boolean;
}

/** How a verb may end: as it is meant, and if it fails. */
export interface Outcomes {
  readonly meant: readonly Outcome[];
  readonly failed: readonly Outcome[];
  /** Whether an undo has to refuse, since what it would take back was not noted. */
  readonly isImpossible: boolean;
}

/** How a verb may end that begins with a state. */
export function outcomesOf(step: VerbStep, state: State, author: Author | undefined): Outcomes {
  const stages = stagesOf(step.do, state);
  const isRepeated = step.do === 'undo' && state.hidden.unfinished?.of === 'undo';
  const ready = stages.at(-1) ?? [];
  // An undo that was cut off is finished, and not taken back at once.
  const meant: Outcome[] = ready.flatMap((from) => (isRepeated ? [from] : verbOutcomes(step, from, author)));
  const failed = ready.flatMap((from) =>
    isRepeated ? [] : verbOutcomes(step, from, author).flatMap((to) => brokenOff(step, from, to)),
  );
  const isUnrecorded = !isRepeated && ready.some(({ hidden }) => hidden.pushes.at(-1)?.length === 0);
  return {
    meant,
    isImpossible: step.do === 'undo' && isUnrecorded,
    failed: [...stages.flat(), ...failed, ...meant.map(({ status: _, ...o }) => o)],
  };
}

/** What a verb may leave that comes to an end before it is through. */
function brokenOff({ do: verb }: VerbStep, from: State, to: Outcome): Outcome[] {
  const delta = deltaOf(from.remote, to.remote);
  const of = verb === 'undo' || verb === 'pull' ? verb : 'push';
  const unfinished = (kind: Unfinished['kind']): { hidden: Hidden } => {
    const hidden = kind === 'sent' ? from.hidden : to.hidden;
    return { hidden: { ...hidden, unfinished: { kind, of, becomes: to.base, pushes: to.hidden.pushes } } };
  };
  const { status: _, ...there } = to;
  const sent = of === 'pull' ? [] : [{ ...there, work: from.work, base: from.base, ...unfinished('sent') }];
  if (of === 'push') return isNothing(delta) ? [] : sent;
  const isSame = textOf(to.work) === textOf(from.work) && textOf(to.base) === textOf(from.base);
  if (isSame && isNothing(delta)) return [];
  return [
    ...sent,
    { ...there, work: from.work, base: from.base, ...unfinished('staged') },
    { ...there, base: from.base, ...unfinished('written') },
    { ...there, ...unfinished('written') },
  ];
}

/** What a verb passes through before its own work, as it finishes what was cut off; each time all that may be. */
export function stagesOf(verb: VerbStep['do'], state: State): State[][] {
  const stages: State[][] = [[state]];
  const then = (next: (state: State) => State[]): unknown => stages.push((stages.at(-1) ?? []).flatMap(next));
  const finishPull = (): void => {
    then((s) => (s.hidden.unfinished?.kind === 'staged' ? bringIn(s, s.hidden.unfinished) : [s]));
    then((s) => {
      const { unfinished } = s.hidden;
      if (unfinished?.kind !== 'written') return [s];
      return [{ ...s, base: unfinished.becomes, hidden: { ...s.hidden, unfinished: null } }];
    });
  };
  if (verb === 'verify') return stages;
  finishPull();
  if (verb === 'dry run') return stages;
  then((s) => {
    const { unfinished } = s.hidden;
    if (unfinished?.kind !== 'sent') return [s];
    const hidden = { ...s.hidden, pushes: unfinished.pushes };
    return unfinished.of === 'undo'
      ? [{ ...s, hidden: { ...hidden, unfinished: { ...unfinished, kind: 'staged' as const } } }]
      : [{ ...s, base: unfinished.becomes, hidden: { ...hidden, unfinished: null } }];
  });
  finishPull();
  if (verb === 'push' || verb === 'pull')
    then((s) => [{ ...s, base: withClaims(s), hidden: { ...s.hidden, claimed: [] } }]);
  return stages;
}

/** Leaves out what is there already. */
export function distinct(all: readonly Hidden[]): Hidden[] {
  const asText = (_: string, value: unknown): unknown =>
    value instanceof Map ? [...(value as Map<string, unknown>)] : value;
  return [...new Map(all.map((one) => [JSON.stringify(one, asText), one])).values()];
}

/** What is staged comes into the working copy, under its edits; or it is left to another pull. */
function bringIn(state: State, { of, becomes, ...rest }: Unfinished): State[] {
  const dropped = { ...state, hidden: { ...state.hidden, unfinished: null } };
  const delta = deltaOf(state.base, state.work);
  const written: Unfinished = { ...rest, of, becomes, kind: 'written' };
  const all = mergedLines(delta).map((some) => ({
    ...state,
    work: withDelta(becomes, some),
    hidden: { ...state.hidden, unfinished: written },
  }));
  if (of === 'undo') return all;
  if (conflictsOf(delta, becomes).length > 0) return [dropped];
  return all;
}

/** A line that goes on one side may be one that is gone on the other. */
function mergedLines(delta: Delta): Delta[] {
  return [delta, { ...delta, lines: new Map([...delta.lines].filter(([, more]) => more > 0)) }];
}

/** How a verb that succeeds may end, if nothing was left to be finished. */
function verbOutcomes(step: VerbStep, state: State, author: Author | undefined): Outcome[] {
  const { remote, work, base, hidden } = state;
  const delta = deltaOf(base, work);
  const conflicts = conflictsOf(delta, remote);
  const inConflict = { ...state, status: 'conflict' };
  switch (step.do) {
    case 'verify':
      return [{ ...state, status: textOf(remote) === textOf(work) ? 'equal' : 'differs' }];
    case 'dry run': {
      if (conflicts.length > 0) return [inConflict];
      const statuses = isNothing(delta) ? ['nothing', 'dry-run'] : ['dry-run'];
      return statuses.map((status) => ({ ...state, status }));
    }
    case 'pull': {
      if (conflicts.length > 0) return [inConflict];
      const pulled = mergedLines(delta).map((some) => ({
        ...state,
        work: withDelta(remote, some),
        base: remote,
        isOrigin: true,
      }));
      return pulled;
    }
    case 'push': {
      if (conflicts.length > 0 && !step.ours) return [inConflict];
      const after = withDelta(remote, delta);
      const pushes = [...hidden.pushes, noted(step, [{ delta: deltaOf(remote, after), isHere: true }])];
      const pushed = { ...state, remote: after, base: work, hidden: { ...hidden, pushes }, status: 'pushed' };
      if (!isNothing(delta)) return [pushed];
      // A row that was replaced by an equal one has another hidden rowid, and is pushed. A push that had arrived is reported.
      return ['nothing', 'pushed'].flatMap((status) => [
        { ...state, base: work, status },
        ...(status === 'pushed' ? [pushed] : []),
      ]);
    }
    case 'undo': {
      const last = hidden.pushes.at(-1);
      return last === undefined ? [state] : last.flatMap((pushed) => undone(step, state, pushed));
    }
    case 'plan':
      return author === undefined ? [] : planned(state, author);
  }
}

/** What is known of a push afterwards. */
function noted(step: VerbStep, pushed: readonly Pushed[]): readonly Pushed[] {
  return 'fault' in step && step.fault?.kind === 'unrecorded' ? [] : pushed;
}

function undone(step: VerbStep, state: State, { delta, isHere }: Pushed): Outcome[] {
  const back = inverseOf(delta);
  if (conflictsOf(back, state.remote).length > 0) return [{ ...state, status: 'conflict' }];
  const remote = withDelta(state.remote, back);
  // Rows that were edited since are left.
  const held = new Map([...back.rows].filter(([key, { old }]) => state.work.rows.get(key) === old));
  const changed = deltaOf(state.remote, remote);
  const { pushes } = state.hidden;
  const hidden = {
    ...state.hidden,
    pushes: isNothing(changed) ? pushes : [...pushes, noted(step, [{ delta: changed, isHere }])],
  };
  const lines = isHere ? back.lines : new Map<string, number>();
  const work = withDelta(state.work, { rows: held, lines });
  const base = withDelta(state.base, { ...back, lines });
  return [{ remote, work, base, hidden }];
}

function planned(state: State, { side, work: made, isSame }: Author): Outcome[] {
  const plan = deltaOf(side.base as Content, made);
  if (conflictsOf(plan, state.remote).length > 0) return [];
  const remote = withDelta(state.remote, plan);
  // If somebody else has pushed it, it may count as pushed by both.
  const pushed = [deltaOf(state.remote, remote), plan].flatMap((delta) =>
    [true, false].map((isHere) => ({ delta, isHere })),
  );
  const { pushes } = state.hidden;
  const hidden = { ...state.hidden, pushes: isNothing(plan) ? pushes : [...pushes, pushed] };
  // The base takes over only what the working copy has as well.
  const { base, work } = state;
  const agreed = [...plan.rows].filter(([key, { new: value }]) => work.rows.get(key) === value);
  const more = deltaOf(base, work).lines;
  const lines = new Map([...plan.lines].map(([line, n]) => [line, Math.min(n, more.get(line) ?? 0)]));
  const ofTable = (table: string): typeof agreed => agreed.filter(([key]) => key.startsWith(`${table} `));
  // The base may take over less: what it does not, the next pull brings as something that both sides did.
  const taken = subsets(ofTable('t'), ofTable('n')).flatMap((rows) =>
    [new Map<string, never>(), lines].map((some) => ({ rows: new Map(rows), lines: some })),
  );
  const claim = !isSame && plan.lines.size > 0 ? { plan } : {};
  return taken.map((some) => {
    // Lines that were in an earlier plan as well are these.
    const claimed = isSame ? hidden.claimed.map((one) => withoutLinesOf(one, some)) : hidden.claimed;
    return { ...state, remote, base: withDelta(base, some), hidden: { ...hidden, claimed }, ...claim };
  });
}

/** What a folder knows once a plan that was made in it is pushed elsewhere; lines of earlier plans are in it once more. */
export function withPlan(hidden: Hidden, plan: Delta): Hidden {
  return { ...hidden, claimed: [...hidden.claimed, hidden.claimed.reduce(withoutLinesOf, plan)] };
}

/** The base with the plans that were made here and pushed elsewhere. */
function withClaims({ base, work, hidden: { claimed } }: State): Content {
  return claimed.reduce((known, plan) => {
    const more = deltaOf(known, work).lines;
    // A row that is not as before the plan was edited since.
    const rows = new Map([...plan.rows].filter(([key, { old }]) => work.rows.get(key) !== old));
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
