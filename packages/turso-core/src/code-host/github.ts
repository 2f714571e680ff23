import { createApi, type Api } from './api';
import type { CodeHost, Comment } from './code-host';
import { ownUser } from './own-user';
import { idOf, objectOf, textOf } from './parts';

/** The address of a GitHub repository, and the token. */
export interface GithubAccess {
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
}

/** Opens the API of a GitHub repository. */
export function openGithub({ apiUrl, repository, token }: GithubAccess): CodeHost {
  const api = githubApi(apiUrl, token);
  const issues = `repos/${repository.split('/').map(encodeURIComponent).join('/')}/issues`;
  const posted = (json: unknown): { id: number; url: string | null } => {
    const comment = objectOf(json);
    return { id: idOf(comment), url: textOf(comment, 'html_url') };
  };
  return {
    name: 'GitHub',
    async *comments(pullRequest) {
      const own = await ownUser(api);
      for await (const item of api.list(`${issues}/${pullRequest}/comments?per_page=100`)) {
        const user = objectOf(objectOf(item)['user']);
        // A job's token belongs to an app and cannot read its user. Its comments come from a bot.
        const isOwn = own === null ? user['type'] === 'Bot' : user['id'] === own;
        yield { ...posted(item), body: textOf(objectOf(item), 'body') ?? '', isOwn } satisfies Comment;
      }
    },
    create: async (pullRequest, body) =>
      posted((await api.send('POST', `${issues}/${pullRequest}/comments`, { body })).json),
    update: async (_, comment, body) =>
      posted((await api.send('PATCH', `${issues}/comments/${comment}`, { body })).json),
  };
}

/** Creates a client with GitHub's headers. */
export function githubApi(url: string, token: string): Api {
  const headers = {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    authorization: `Bearer ${token}`,
  };
  return createApi({ url, headers });
}
