/** The time limit of a call. */
export interface Deadline {
  /** Milliseconds left, at least 1. */
  readonly left: number;
  readonly isOver: boolean;
}

/** Returns a deadline, in milliseconds from now. */
export function deadlineIn(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  return {
    get left() {
      return Math.max(end - performance.now(), 1);
    },
    get isOver() {
      return performance.now() >= end;
    },
  };
}
