import { hasCode } from '../errors';
import type { CodeHost, PostedComment } from './code-host';
import { repeatWhileBusy } from './repeat';

/** A comment, posted once and then updated. */
export interface OneComment {
  readonly pullRequest: number;
  /** The first line of the comment, to recognise it. */
  readonly marker: string;
  /** The text after the marker. */
  readonly text: string;
  /** Whether to post it if it does not exist yet. Otherwise, only an existing comment is updated. */
  readonly isNews: boolean;
}

/** The result of posting a comment. */
export interface CommentOutcome {
  readonly outcome: 'created' | 'updated' | 'none';
  /** The comment's page, or null if it is unknown. */
  readonly url: string | null;
}

/**
 * Updates our comment on a pull request, or posts it. Anyone may write the marker, so only comments of the token's own
 * user count. If the host does not allow an update, the comment stays as it is. Throws the `CODE_HOST_*` codes.
 */
export function postComment(host: CodeHost, comment: OneComment): Promise<CommentOutcome> {
  return repeatWhileBusy(() => post(host, comment));
}

async function post(
  host: CodeHost,
  { pullRequest, marker, text, isNews }: OneComment,
): Promise<CommentOutcome> {
  const body = `${marker}\n${text}`;
  for await (const { id, body: before, isOwn } of host.comments(pullRequest)) {
    if (!isOwn || !isMarked(before, marker)) continue;
    const updated = await updateIfAllowed(host, pullRequest, { id, body });
    if (updated !== null) return { outcome: 'updated', url: updated.url };
  }
  if (!isNews) return { outcome: 'none', url: null };
  return { outcome: 'created', url: (await host.create(pullRequest, body)).url };
}

// GitHub stores line ends as sent by its own editor.
function isMarked(body: string, marker: string): boolean {
  return body === marker || body.startsWith(`${marker}\n`) || body.startsWith(`${marker}\r\n`);
}

async function updateIfAllowed(
  host: CodeHost,
  pullRequest: number,
  { id, body }: { readonly id: number; readonly body: string },
): Promise<PostedComment | null> {
  try {
    return await host.update(pullRequest, id, body);
  } catch (error) {
    if (hasCode(error, 'CODE_HOST_REFUSED')) return null;
    throw error;
  }
}
