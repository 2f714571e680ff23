/** A user of a {@link CodeHostDouble}. */
export interface HostUser {
  readonly id: number;
  readonly name: string;
  readonly isBot: boolean;
}

/** A comment that a {@link CodeHostDouble} keeps. */
export interface HostComment {
  readonly id: number;
  readonly pullRequest: number;
  readonly author: HostUser;
  body: string;
  readonly isSystem?: boolean;
}

/** An answer that a {@link CodeHostDouble} gives instead of its own. */
export interface OtherAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Whether the request is carried out before this answer. Default is false. */
  readonly afterwards?: boolean;
}

/** What came in. */
export interface HostRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly token: string | null;
}

/** What one request is answered with. */
export interface HostAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** The path parts, the query, the body and the user of a request to a {@link CodeHostDouble}. */
export interface HostCall {
  readonly method: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly user: HostUser;
}

/** The part of GitHub's or GitLab's API about comments, on loopback. */
export interface CodeHostDouble {
  readonly kind: 'github' | 'gitlab';
  readonly url: string;
  /** The address of the API: {@link url}, with GitLab's prefix. */
  readonly apiUrl: string;
  readonly comments: HostComment[];
  readonly requests: HostRequest[];
  /** A comment by somebody. */
  addComment(pullRequest: number, author: HostUser, body: string): HostComment;
  /** Answers the next requests of this method otherwise, or all of them. */
  answer(method: string, answer: OtherAnswer, times?: number): void;
  /** Answers all requests that this knows, before the double itself does. */
  serve(answer: (call: HostCall) => HostAnswer | null): void;
  readonly stop: () => Promise<void>;
}

/** How a {@link CodeHostDouble} behaves. */
export interface CodeHostOptions {
  /** Whom each token belongs to. */
  readonly tokens: Readonly<Record<string, HostUser>>;
  /** Whether a token tells its user, as the token of a job of GitHub Actions does not. Default is true. */
  readonly tellsUser?: boolean;
  /** Comments of a page. Default is 100, and at most what is asked for. */
  readonly pageSize?: number;
}
