/** The operations of turso-sync on GitHub or GitLab. Each adapter implements them. */
export interface CodeHost {
  /** The host's name. */
  readonly name: 'GitHub' | 'GitLab';
  /** Yields the comments of a pull request, oldest first, as pages arrive. */
  comments(pullRequest: number): AsyncIterable<Comment>;
  /** Posts a comment. */
  create(pullRequest: number, body: string): Promise<PostedComment>;
  /** Replaces the text of a comment. Throws CODE_HOST_REFUSED if it belongs to somebody else, or is gone. */
  update(pullRequest: number, comment: number, body: string): Promise<PostedComment>;
}

/** A comment on a pull request. Its text is not trusted: anyone may have written it. */
export interface Comment extends PostedComment {
  readonly body: string;
  /**
   * Whether the token's own user wrote it. If that user is unknown, comments of any bot count on GitHub, and all
   * comments on GitLab.
   */
  readonly isOwn: boolean;
}

/** The location of a comment. */
export interface PostedComment {
  readonly id: number;
  /** The comment's page, or null if it is unknown. */
  readonly url: string | null;
}
