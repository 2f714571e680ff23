import { createApi, type Api } from './api';
import type { CodeHost, Comment } from './code-host';
import { ownUser } from './own-user';
import { idOf, objectOf, textOf } from './parts';

/** The address of a GitLab project, and the token. */
export interface GitlabAccess {
  readonly apiUrl: string;
  /** The project's number or path. */
  readonly repository: string;
  readonly token: string;
  /** The project's page, as the basis for the pages of comments. */
  readonly webUrl?: string | undefined;
}

/** Opens the API of a GitLab project. */
export function openGitlab({ apiUrl, repository, token, webUrl }: GitlabAccess): CodeHost {
  const api = gitlabApi(apiUrl, token);
  const notes = (pullRequest: number): string =>
    `projects/${encodeURIComponent(repository)}/merge_requests/${pullRequest}/notes`;
  const posted = (pullRequest: number, json: unknown): { id: number; url: string | null } => {
    const id = idOf(objectOf(json));
    return { id, url: webUrl === undefined ? null : `${webUrl}/-/merge_requests/${pullRequest}#note_${id}` };
  };
  return {
    name: 'GitLab',
    async *comments(pullRequest) {
      const own = await ownUser(api);
      const pages = `${notes(pullRequest)}?per_page=100&sort=asc&order_by=created_at`;
      for await (const item of api.list(pages)) {
        const note = objectOf(item);
        if (note['system'] === true) continue;
        // A token may lack access to its user. GitLab then decides which comments it may change.
        const isOwn = own === null || objectOf(note['author'])['id'] === own;
        yield { ...posted(pullRequest, item), body: textOf(note, 'body') ?? '', isOwn } satisfies Comment;
      }
    },
    create: async (pullRequest, body) =>
      posted(pullRequest, (await api.send('POST', notes(pullRequest), { body })).json),
    update: async (pullRequest, comment, body) =>
      posted(pullRequest, (await api.send('PUT', `${notes(pullRequest)}/${comment}`, { body })).json),
  };
}

/** Creates a client with GitLab's headers. */
export function gitlabApi(url: string, token: string): Api {
  return createApi({ url, headers: { 'private-token': token } });
}
