import { objectOf, type Part } from './parts';
import type { MergedPullRequest } from './reviews';

/** The search for pull requests by commit. */
export interface MergedBy {
  /** The commits of a push. */
  readonly commits: readonly string[];
  /** Lists the host's pull requests for a commit. */
  readonly pullsOf: (commit: string) => AsyncIterable<unknown>;
  /** Returns the pull request if the push has merged it; otherwise null. */
  readonly mergedOf: (pull: Part) => MergedPullRequest | null;
}

/** Returns the pull requests merged by a push, each once, in the order of the merges. */
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

/** Checks whether a value is a commit's hash. */
export function isCommit(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{40,64}$/.test(value);
}
