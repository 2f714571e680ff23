import type { Query } from '../../sqlite/query';

/**
 * Fetches pieces with several queries of the same state, and yields the answers in order. Each query requests its next
 * piece while earlier answers are read.
 */
export async function* inTurns<P, T>(
  queries: readonly [Query, ...Query[]],
  pieces: Iterable<P>,
  ask: (query: Query, piece: P) => Promise<T>,
): AsyncGenerator<T> {
  const left = pieces[Symbol.iterator]();
  const pending: Promise<T>[] = [];
  let asked = 0;
  const askNext = (): void => {
    const next = left.next();
    if (next.done === true) return;
    const answer = ask(queries[asked % queries.length] as Query, next.value);
    // If an earlier request fails, nobody awaits this one.
    answer.catch(() => undefined);
    pending.push(answer);
    asked++;
  };
  for (const _ of queries) askNext();
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const answer = await next;
    askNext();
    yield answer;
  }
}
