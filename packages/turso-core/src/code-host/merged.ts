import { objectOf, type Part } from './parts';
import type { MergedPullRequest } from './reviews';

/** Where a host tells of pull requests by commit. */
export interface MergedBy {
  /** The commits of a push. */
  readonly commits: readonly string[];
  /** What the host lists for one of them. */
  readonly pullsOf: (commit: string) => AsyncIterable<unknown>;
  /** What the push has merged of that; null for anything else. */
  readonly mergedOf: (pull: Part) => MergedPullRequest | null;
}

/** The pull requests that a push has merged, each once, in the order in which they were merged. */
export async function mergedBy({ commits, pullsOf, mergedOf }: MergedBy): Promise<MergedPullRequest[]> {
  const found = new Map<number, MergedPullRequest>();
  for (const commit of commits) {
    for await (const item of pullsOf(commit)) {
      const merged = mergedOf(objectOf(item));
      if (merged !== null) found.set(merged.number, merged);
    }
  }
  return [...found.values()].sort((a, b) => (a.mergedAt < b.mergedAt ? -1 : 1));
}

/** Whether a value names a commit. */
export function isCommit(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{40,64}$/.test(value);
}
