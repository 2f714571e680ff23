import { problemOf, type Problem } from '../reporting/problem';

/** What `doctor` looks at, in this order. */
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

/** What `doctor` found of one thing. */
export interface DoctorCheck {
  readonly name: CheckName;
  /** `warned` is worth knowing and does not count as a failure. */
  readonly outcome: 'passed' | 'warned' | 'failed' | 'skipped';
  /** What was found, in words. */
  readonly detail: string;
  /** Why it failed, if an error says so. */
  readonly problem: Problem | null;
}

/** What a check comes to: what was found, and whether that is only worth a warning. */
export interface Found {
  readonly detail: string;
  readonly outcome?: DoctorCheck['outcome'];
}

/** Collects checks, one after the other. */
export interface Checks {
  readonly all: readonly DoctorCheck[];
  readonly haveFailed: boolean;
  /** Runs one; whether it was no failure. */
  run(name: CheckName, work: () => Promise<Found> | Found): Promise<boolean>;
  skip(names: readonly CheckName[], detail: string): void;
}

/** Begins to collect. */
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

/** A check that has failed, with what was found. */
export function failed(detail: string): Found {
  return { detail, outcome: 'failed' };
}
