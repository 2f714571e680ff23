import type { Cost } from '../plan/plan';

/** The result of every verb. Each verb adds fields of its own. */
export interface VerbResult {
  /** How the verb ended, in one of a few stable words. Each verb has its own. */
  readonly outcome: string;
  /** The URL of the contacted remote, without credentials; null if there was no contact. */
  readonly remote: string | null;
  /** The environment used, or null for the one without a name. */
  readonly environment: string | null;
  /** Warnings, in words. */
  readonly warnings: readonly string[];
  /**
   * The rows read and written by the server for this verb, as the server counts them. libSQL bills these. Null if no
   * server was contacted or it does not report them. See `docs/price.md`.
   */
  readonly used: Cost | null;
  /** The time from the call to the result, in milliseconds. */
  readonly durationMs: number;
}

/** The facts that are the same for every verb. They are gathered while it runs. */
export type RunFacts = Omit<VerbResult, 'outcome'>;

/** The part of a result that the verb itself finds. */
export type Own<R extends VerbResult> = Omit<R, keyof RunFacts>;
