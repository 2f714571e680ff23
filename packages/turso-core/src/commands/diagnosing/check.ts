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
  readonly haveFailed: boolean;
  /** Runs a check. Returns whether it did not fail. */
  run(name: CheckName, work: () => Promise<Found> | Found): Promise<boolean>;
  skip(names: readonly CheckName[], detail: string): void;
}

/** Starts an empty collection. */
export function createChecks(): Checks {
  const all: DoctorCheck[] = [];
  return {
    all,
    get haveFailed() {
      return all.some(({ outcome }) => outcome === 'failed');
    },
    async run(name, work) {
      try {
        const { detail, outcome = 'passed' } = await work();
        all.push({ name, outcome, detail, problem: null });
      } catch (error) {
        const problem = problemOf(error);
        all.push({ name, outcome: 'failed', detail: problem.message, problem });
      }
      return all.at(-1)?.outcome !== 'failed';
    },
    skip(names, detail) {
      for (const name of names) all.push({ name, outcome: 'skipped', detail, problem: null });
    },
  };
}

/** Returns a failed finding. */
export function failed(detail: string): Found {
  return { detail, outcome: 'failed' };
}
