/** The moment by which a call must have ended. */
export interface Deadline {
  /** Milliseconds that are left; 1 at least. */
  readonly left: number;
  readonly isOver: boolean;
}

/** A deadline so many milliseconds from now. */
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
