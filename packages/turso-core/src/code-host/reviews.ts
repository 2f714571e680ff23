/** Finds merged pull requests and the archives of their jobs. */
export interface Reviews {
  /** Returns the pull requests merged by this push to the branch, in the order of the merges. */
  merged(): Promise<readonly MergedPullRequest[]>;
  /** Returns the archive of the last job for a pull request. */
  archiveOf(pullRequest: MergedPullRequest): Promise<Archive>;
}

/** A merged pull request. */
export interface MergedPullRequest {
  readonly number: number;
  /** Its last commit, as reviewed. */
  readonly head: string;
  readonly mergedAt: string;
  /** Whether it came from a fork. Jobs of forks have no secrets and are not trusted. */
  readonly isFork: boolean;
}

/**
 * A job's archive, or the reason for its absence. With `none`, there was nothing to review, for example in a run for a
 * fork. With `missing`, the review is missing.
 */
export type Archive =
  | { readonly bytes: Uint8Array }
  | { readonly none: string }
  | { readonly missing: string; readonly retryable: boolean };

/** A job's own data on the branch. */
export interface PushJob {
  /** The name of the archives. */
  readonly archive: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Maximum commits to examine from one push, the last ones. */
export const MOST_COMMITS = 250;

/** The reason shown for a pull request from a fork. */
export const FROM_FORK = 'it came from a fork, for which no plan is made';
