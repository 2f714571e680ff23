/** How long calls took. All times are 0 if there were none. */
export interface LatencySummary {
  /** Number of calls that succeeded. */
  readonly count: number;
  /** Milliseconds that half of them took at most, within 7 %. */
  readonly p50Ms: number;
  /** Milliseconds that 95 % of them took at most, within 7 %. */
  readonly p95Ms: number;
  /** Milliseconds of the longest, exactly. */
  readonly maxMs: number;
}

/** The times of one kind of call, in fixed memory. */
export interface Latency {
  add(milliseconds: number): void;
  summary(): LatencySummary;
}

/** Ranges for each power of two. */
const STEPS = 16;

/** The powers of two, in microseconds: up to 19 hours. Longer times count as the last range. */
const POWERS = 36;

/** Creates an empty record of times. It counts them in ranges, each at most a sixteenth of its time wide. */
export function createLatency(): Latency {
  const ranges = new Float64Array(POWERS * STEPS);
  let count = 0;
  let maxMs = 0;

  function percentile(percent: number): number {
    let left = Math.ceil((count * percent) / 100);
    for (const [range, times] of ranges.entries()) {
      left -= times;
      if (left <= 0) return Math.min(endOf(range) / 1000, maxMs);
    }
    return maxMs;
  }

  return {
    add(milliseconds) {
      const range = rangeOf(milliseconds * 1000);
      ranges[range] = (ranges[range] ?? 0) + 1;
      count++;
      maxMs = Math.max(maxMs, milliseconds);
    },
    summary: () => (count === 0 ? NONE : { count, p50Ms: percentile(50), p95Ms: percentile(95), maxMs }),
  };
}

const NONE: LatencySummary = { count: 0, p50Ms: 0, p95Ms: 0, maxMs: 0 };

function rangeOf(microseconds: number): number {
  const power = Math.floor(Math.log2(Math.max(microseconds, 1)));
  if (power >= POWERS) return POWERS * STEPS - 1;
  const step = Math.floor((microseconds / 2 ** power - 1) * STEPS);
  return power * STEPS + Math.min(Math.max(step, 0), STEPS - 1);
}

/** Returns the end of a range in microseconds. */
function endOf(range: number): number {
  return 2 ** Math.floor(range / STEPS) * (1 + ((range % STEPS) + 1) / STEPS);
}
