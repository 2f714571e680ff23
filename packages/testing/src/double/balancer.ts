import { answer, type Answer } from './take-away';

/** What a load balancer does with one request: its own answer, and whether the server has got the request all the same. */
export interface Fate {
  readonly answer: Answer;
  readonly reachesServer: boolean;
}

/** How a load balancer behaves. */
export interface BalancerOptions {
  /** Which requests are hit: the same seed hits the same ones. Default is 1. */
  readonly seed?: number;
  /** Of how many requests one is hit, on average. Default is 12. */
  readonly every?: number;
  /**
   * Whether it also gives answers that leave open what became of a request, 408, 502 and 503, to requests that reached the server and to
   * others. Default is false: it only answers 429, and 503 with `Retry-After`, in place of the server.
   */
  readonly losesAnswers?: boolean;
}

/** Tells the fate of each request, one after the other; null for one that passes. */
export function createBalancer({
  seed = 1,
  every = 12,
  losesAnswers = false,
}: BalancerOptions): () => Fate | null {
  const random = createRandom(seed);
  return () => {
    if (random() * every >= 1) return null;
    const fates = losesAnswers ? [...REFUSALS, ...LOSSES] : REFUSALS;
    return fates[Math.floor(random() * fates.length)] ?? null;
  };
}

const busy = answer(429, 'too many requests');

const REFUSALS: readonly Fate[] = [
  { answer: busy, reachesServer: false },
  { answer: busy, reachesServer: false },
  { answer: { ...busy, headers: { ...busy.headers, 'retry-after': '1' } }, reachesServer: false },
  { answer: answer(503, 'out of resources', { headers: { 'retry-after': '1' } }), reachesServer: false },
];

const LOSSES: readonly Fate[] = [408, 502, 503].flatMap((status) =>
  [true, false].map((reachesServer) => ({
    answer: {
      ...answer(status, ''),
      headers: { 'content-type': 'text/html' },
      body: Buffer.from('<html></html>'),
    },
    reachesServer,
  })),
);

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
