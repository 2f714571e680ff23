import type { Database } from 'better-sqlite3';
import type { Pair } from './pair';
import { clip } from './values';

const FAILED = 'error: ';

/** What a function returns, or its error's message: failing alike on both sides is no difference either. */
export function outcome(read: () => string): string {
  try {
    return read();
  } catch (error) {
    return FAILED + (error instanceof Error ? error.message : String(error));
  }
}

/** Whether an {@link outcome} is that of a failure. */
export function failed(result: string): boolean {
  return result.startsWith(FAILED);
}

/** Tells where reading the same thing of both databases has not the same outcome. */
export function* compareOutcomes(
  what: string,
  pair: Pair,
  read: (db: Database) => string,
): Generator<string> {
  const a = outcome(() => read(pair.a));
  const b = outcome(() => read(pair.b));
  if (a !== b) yield `${what}: a ${clip(a)}, b ${clip(b)}`;
}

/** Tells where a pragma of one value differs. */
export function* comparePragma(pair: Pair, name: string): Generator<string> {
  yield* compareOutcomes(name, pair, (db) => String(db.pragma(name, { simple: true })));
}
