import { pauses } from '../pauses';

/** Milliseconds before the first attempt, and the longest pause. The pause doubles each time. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 15_000;

/** Attempts something in the background until it succeeds once. Returns a function that ends the attempts. */
export function catchUp(attempt: () => Promise<unknown>): () => void {
  const nextPause = pauses(FIRST_PAUSE, LONGEST_PAUSE);
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;

  function attemptLater(): void {
    if (!isEnded) timer = setTimeout(() => void attempt().catch(attemptLater), nextPause()).unref();
  }

  attemptLater();
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
