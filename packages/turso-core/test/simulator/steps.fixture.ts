import fc from 'fast-check';

/** One thing that an app or somebody else does to a database. */
export type Edit =
  | { readonly kind: 'put'; readonly id: number; readonly a: number; readonly b: number }
  | { readonly kind: 'set'; readonly id: number; readonly column: 'a' | 'b'; readonly to: number }
  | { readonly kind: 'delete'; readonly id: number }
  | { readonly kind: 'name'; readonly key: string; readonly to: number }
  | { readonly kind: 'forget'; readonly key: string }
  | { readonly kind: 'append'; readonly line: string };

/** What goes wrong with one of a verb's requests to the server. */
export interface RequestFailure {
  readonly kind: 'lost' | 'cut off' | 'sent twice' | 'delayed' | number;
  readonly request: number;
}

/**
 * What goes wrong while a verb is at work: with a request, its process is killed after some milliseconds, the remote's file is
 * not there, or what a push did cannot be noted for an undo.
 */
export type Fault =
  | RequestFailure
  | { readonly kind: 'killed'; readonly after: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unrecorded' };

/** Which remote a folder's verb is about. */
export type Environment = 'default' | 'staging';

interface Where {
  readonly folder: number;
  readonly env: Environment;
  /** What goes wrong on the way; a fault comes only where there is a network. */
  readonly fault: Fault | null;
}

/** One step of a history. */
export type Step =
  | { readonly do: 'edit'; readonly folder: number; readonly edits: readonly Edit[] }
  | { readonly do: 'other'; readonly env: Environment; readonly edits: readonly Edit[] }
  | ({ readonly do: 'push'; readonly ours: boolean; readonly during: Edit | null } & Where)
  | ({ readonly do: 'pull'; readonly during: Edit | null } & Where)
  | ({ readonly do: 'undo' | 'dry run' | 'verify' } & Where)
  /** The folder pushes a plan that `by` has made. */
  | { readonly do: 'plan'; readonly folder: number; readonly by: number; readonly env: Environment }
  | { readonly do: 'clock'; readonly hours: number }
  | { readonly do: 'restore'; readonly env: Environment };

/** A step that runs one of the product's verbs. */
export type VerbStep = Exclude<Step, { do: 'edit' | 'other' | 'clock' | 'restore' }>;

const id = fc.integer({ min: 1, max: 5 });
const value = fc.integer({ min: 0, max: 3 });
const key = fc.constantFrom('red', 'Red', 'blue');

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), id, a: value, b: value }),
  fc.record({
    kind: fc.constant('set' as const),
    id,
    column: fc.constantFrom('a' as const, 'b' as const),
    to: value,
  }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({ kind: fc.constant('name' as const), key, to: value }),
  fc.record({ kind: fc.constant('forget' as const), key }),
  fc.record({ kind: fc.constant('append' as const), line: fc.constantFrom('tick', 'tock') }),
);

const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
const folder = fc.integer({ min: 0, max: 1 });
const env: fc.Arbitrary<Environment> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('default' as const) },
  { weight: 1, arbitrary: fc.constant('staging' as const) },
);

const STATUSES = [400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 504];

const kill: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constant('killed' as const),
  after: fc.integer({ min: 60, max: 400 }),
});

const failure: fc.Arbitrary<Fault> = fc.record({
  kind: fc.oneof(
    fc.constantFrom('lost' as const, 'cut off' as const, 'sent twice' as const, 'delayed' as const),
    fc.constantFrom(...STATUSES),
  ),
  request: fc.integer({ min: 0, max: 6 }),
});

const during = fc.option(edit, { freq: 4 });

/** What goes wrong in histories: nothing, requests, or processes. */
export type Trouble = 'none' | 'network' | 'kills';

const FAULTS: Readonly<Record<Trouble, fc.Arbitrary<Fault | null>>> = {
  none: fc.option(fc.record({ kind: fc.constantFrom('missing' as const, 'unrecorded' as const) }), {
    freq: 9,
    nil: null,
  }),
  network: fc.option(failure, { freq: 2 }),
  kills: fc.option(kill, { freq: 2 }),
};

/** Histories of a few steps. */
export function histories(trouble: Trouble): fc.Arbitrary<Step[]> {
  const where = { folder, env };
  const verb = { ...where, fault: FAULTS[trouble] };
  const meanwhile = trouble === 'none' ? during : fc.constant(null);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('edit' as const), folder, edits }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('other' as const), env, edits }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('push' as const),
        ours: fc.boolean(),
        during: meanwhile,
        ...verb,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('pull' as const),
        during: meanwhile,
        ...verb,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('undo' as const), ...verb }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('dry run' as const, 'verify' as const),
        ...where,
        fault: trouble === 'kills' ? fc.constant(null) : FAULTS[trouble],
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('plan' as const), folder, by: folder, env }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('clock' as const), hours: fc.integer({ min: -30, max: 30 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), env }) },
  );
  return fc.array(step, { minLength: 4, maxLength: 14 });
}

/** An edit as SQL. */
export function sqlOf(edit: Edit): string {
  switch (edit.kind) {
    case 'put':
      return `INSERT OR REPLACE INTO t VALUES (${edit.id}, ${edit.a}, ${edit.b})`;
    case 'set':
      return `UPDATE t SET ${edit.column} = ${edit.to} WHERE id = ${edit.id}`;
    case 'delete':
      return `DELETE FROM t WHERE id = ${edit.id}`;
    case 'name':
      return `INSERT OR REPLACE INTO n VALUES ('${edit.key}', ${edit.to})`;
    case 'forget':
      return `DELETE FROM n WHERE k = '${edit.key}'`;
    case 'append':
      return `INSERT INTO log VALUES ('${edit.line}')`;
  }
}

/** The tables of every simulated database. */
export const SCHEMA = `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); CREATE TABLE n(k TEXT PRIMARY KEY, v);
  CREATE TABLE log(line); INSERT INTO t VALUES (1, 0, 0), (2, 0, 0), (3, 0, 0);
  INSERT INTO n VALUES ('red', 0); INSERT INTO log VALUES ('tick')`;
