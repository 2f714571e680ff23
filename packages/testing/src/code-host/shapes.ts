import type { IncomingMessage } from 'node:http';
import type { HostComment } from './types';

/** What a path of GitHub's API is about: the comments of a pull request, or one. */
export function githubPlace(
  parts: readonly string[],
): { readonly pullRequest: number | null; readonly id: number | null } | null {
  const path = parts.join('/');
  const one = /^repos\/o\/r\/issues\/comments\/(\d+)$/.exec(path)?.[1];
  if (one !== undefined) return { pullRequest: null, id: Number(one) };
  const all = /^repos\/o\/r\/issues\/(\d+)\/comments$/.exec(path)?.[1];
  return all === undefined ? null : { pullRequest: Number(all), id: null };
}

/** The same of GitLab's. */
export function gitlabPlace(
  parts: readonly string[],
): { readonly pullRequest: number | null; readonly id: number | null } | null {
  const found = /^projects\/\d+\/merge_requests\/(\d+)\/notes(?:\/(\d+))?$/.exec(parts.join('/'));
  if (found === null) return null;
  return { pullRequest: Number(found[1]), id: found[2] === undefined ? null : Number(found[2]) };
}

/** A comment as GitHub tells it. */
export function asGithub({ id, pullRequest, author, body }: HostComment): object {
  return {
    id,
    html_url: `https://github.example/o/r/pull/${pullRequest}#issuecomment-${id}`,
    user: { id: author.id, login: author.name, type: author.isBot ? 'Bot' : 'User' },
    body,
  };
}

/** A comment as GitLab tells it. */
export function asGitlab({ id, author, body, isSystem = false }: HostComment): object {
  return { id, author: { id: author.id, username: author.name }, body, system: isSystem };
}

/** The token of a request, or null. */
export function tokenOf({ headers }: IncomingMessage): string | null {
  const own = headers['private-token'];
  if (typeof own === 'string') return own;
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? null;
}
