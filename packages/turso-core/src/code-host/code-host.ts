/** What turso-sync asks of GitHub or GitLab. Each adapter keeps to it. */
export interface CodeHost {
  /** What the host calls a request to merge a branch. */
  readonly name: 'GitHub' | 'GitLab';
  /** The comments of a pull request, the oldest first, as pages come. */
  comments(pullRequest: number): AsyncIterable<Comment>;
  /** Posts a comment. */
  create(pullRequest: number, body: string): Promise<PostedComment>;
  /** Replaces the text of a comment. Throws CODE_HOST_REFUSED if it belongs to somebody else, or is gone. */
  update(pullRequest: number, comment: number, body: string): Promise<PostedComment>;
}

/** A comment on a pull request. What it says is not trusted: anyone may have written it. */
export interface Comment extends PostedComment {
  readonly body: string;
  /** Whether the token's own user wrote it, or some bot, if the token does not tell its user. */
  readonly isOwn: boolean;
}

/** Where a comment is. */
export interface PostedComment {
  readonly id: number;
  /** Its page, or null if the host does not tell. */
  readonly url: string | null;
}
