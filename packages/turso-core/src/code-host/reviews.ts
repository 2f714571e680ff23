/** What tells which pull requests were merged, and what their jobs have made. */
export interface Reviews {
  /** The pull requests that this push to the branch has merged, the first merged first. */
  merged(): Promise<readonly MergedPullRequest[]>;
  /** The archive that the last job for a pull request has made. */
  archiveOf(pullRequest: MergedPullRequest): Promise<Archive>;
}

/** A pull request that was merged. */
export interface MergedPullRequest {
  readonly number: number;
  /** Its last commit, which was reviewed. */
  readonly head: string;
  readonly mergedAt: string;
  /** Whether it came from a fork, whose jobs have no secrets and are not trusted. */
  readonly isFork: boolean;
}

/**
 * The archive that a job has made; or why there is none: because nothing was to be reviewed, as in a run for a fork, or because the
 * review is missing.
 */
export type Archive =
  | { readonly bytes: Uint8Array }
  | { readonly none: string }
  | { readonly missing: string; readonly retryable: boolean };

/** What a job on the branch knows of itself. */
export interface PushJob {
  /** The name of the archives. */
  readonly archive: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Commits of one push that are looked at, the last ones. */
export const MOST_COMMITS = 250;

/** What is said of a pull request from a fork. */
export const FROM_FORK = 'it came from a fork, for which no plan is made';
