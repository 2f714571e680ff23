import { hasCode } from '../errors';
import type { CodeHost, PostedComment } from './code-host';
import { repeatWhileBusy } from './repeat';

/** A comment that is posted once and updated from then on. */
export interface OneComment {
  readonly pullRequest: number;
  /** The line that tells it from others; its text begins with it. */
  readonly marker: string;
  /** The text after the marker. */
  readonly text: string;
  /** Whether it is posted if it is not there yet. Otherwise only one that is there is updated. */
  readonly isNews: boolean;
}

/** What became of a comment. */
export interface CommentOutcome {
  readonly action: 'created' | 'updated' | 'none';
  /** Its page, if the host tells. */
  readonly url: string | null;
}

/**
 * Updates our comment on a pull request, or posts it. Anyone may write the marker, so only a comment that the token's own user wrote counts;
 * one that the host does not let us change is left alone. Throws the `CODE_HOST_*` codes.
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
    if (updated !== null) return { action: 'updated', url: updated.url };
  }
  if (!isNews) return { action: 'none', url: null };
  return { action: 'created', url: (await host.create(pullRequest, body)).url };
}

// GitHub stores line ends as they come from its own editor.
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
