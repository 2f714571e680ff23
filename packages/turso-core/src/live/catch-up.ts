/** Milliseconds before the first attempt, and the longest pause. The pause doubles each time. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 15_000;

/** Attempts something in the background until it succeeds once. Returns a function that ends the attempts. */
export function catchUp(attempt: () => Promise<unknown>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;

  function after(pause: number): void {
    const again = (): void => {
      if (!isEnded) after(Math.min(2 * pause, LONGEST_PAUSE));
    };
    // Clients of one server do not come back at the same time.
    const wait = pause * (0.75 + Math.random() / 2);
    timer = setTimeout(() => void attempt().catch(again), wait).unref();
  }

  after(FIRST_PAUSE);
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
