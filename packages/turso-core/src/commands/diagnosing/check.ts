import type { Progress } from '../../events';
import { problemOf, type Problem } from '../reporting/problem';

/** The checks of `doctor`, in this order. */
export type CheckName =
  | 'connection'
  | 'tls'
  | 'token'
  | 'clock'
  | 'capabilities'
  | 'leftovers'
  | 'writing'
  | 'values'
  | 'guards'
  | 'receipt'
  | 'conditions'
  | 'large transaction'
  | 'removal';

/** The names of all checks. */
const NAMES: Readonly<Record<CheckName, null>> = {
  ...{ connection: null, tls: null, token: null, clock: null, capabilities: null },
  ...{ leftovers: null, writing: null, values: null, guards: null, receipt: null },
  ...{ conditions: null, 'large transaction': null, removal: null },
};

/** Result of one check of `doctor`. */
export interface DoctorCheck {
  /** What it examines. */
  readonly name: CheckName;
  /** `warned` does not count as a failure. */
  readonly outcome: 'passed' | 'warned' | 'failed' | 'skipped';
  /** The finding in words. */
  readonly detail: string;
  /** The reason for the failure, if there was an error. */
  readonly problem: Problem | null;
}

/** The finding of a check, and its outcome if it has not passed. */
export interface Found {
  readonly detail: string;
  readonly outcome?: DoctorCheck['outcome'];
}

/** Collects checks, one after the other. */
export interface Checks {
  readonly all: readonly DoctorCheck[];
  /** Runs a check. Returns whether it did not fail. */
  run(name: CheckName, work: () => Promise<Found> | Found): Promise<boolean>;
  skip(names: readonly CheckName[], detail: string): void;
}

/** Starts an empty collection. Reports each check as progress. */
export function createChecks(onProgress: (progress: Progress) => void): Checks {
  const all: DoctorCheck[] = [];
  const add = (...checks: DoctorCheck[]): void => {
    all.push(...checks);
    onProgress({ done: all.length, total: Object.keys(NAMES).length, unit: 'checks' });
  };
  return {
    all,
    async run(name, work) {
      const check = await examined(name, work);
      add(check);
      return check.outcome !== 'failed';
    },
    skip(names, detail) {
      add(...names.map((name) => ({ name, outcome: 'skipped', detail, problem: null }) as const));
    },
  };
}

async function examined(name: CheckName, work: () => Promise<Found> | Found): Promise<DoctorCheck> {
  try {
    const { detail, outcome = 'passed' } = await work();
    return { name, outcome, detail, problem: null };
  } catch (error) {
    const problem = problemOf(error);
    return { name, outcome: 'failed', detail: problem.message, problem };
  }
}

/** Returns a failed finding. */
export function failed(detail: string): Found {
  return { detail, outcome: 'failed' };
}
