/** Waits for work, at most for some milliseconds. Throws the error of `late` after them. The work goes on. */
export async function inTime<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([work, isLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Creates the error for a limit of time that has passed, with the code that the system has for it. */
export function timedOut(what = 'no answer in time'): Error {
  return Object.assign(new Error(what), { code: 'ETIMEDOUT' });
}
