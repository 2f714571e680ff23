/** Choices that the same seed makes again. */
export interface Random {
  readonly seed: number;
  /** From 0 up to, and without, 1. */
  next(): number;
  pick<T>(all: readonly [T, ...T[]]): T;
}

/** Makes choices from `TURSO_SYNC_SEED`, by default the same ones each time. */
export function seeded(seed = Number(process.env['TURSO_SYNC_SEED'] ?? 1)): Random {
  let state = seed;
  // Mulberry32.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { seed, next, pick: (all) => all[Math.floor(next() * all.length)] ?? all[0] };
}
