/**
 * Returns a function that tells how many milliseconds to wait before each next attempt: `first`, then twice as long each
 * time, up to `longest`. Each wait varies by a quarter, so that clients of one server do not come back at the same time.
 */
export function pauses(first: number, longest = Infinity): () => number {
  let next = first;
  return () => {
    const pause = next * (0.75 + Math.random() / 2);
    next = Math.min(2 * next, longest);
    return pause;
  };
}
