import os from 'node:os';
import { withoutTokens } from '../../project/config/config';
import type { Project } from '../../project/project';
import type { RemoteAddress } from '../../remote/url';
import { proxyOf } from './proxy-of';

/**
 * Returns a function to remove everything from a text that identifies the project or its database: tokens, hosts and
 * paths.
 */
export function createHiding(
  project: Pick<Project, 'directory' | 'authToken' | 'encryptionKey'>,
  address: RemoteAddress | null,
  showsHost: boolean,
): (text: string) => string {
  const proxy = proxyOf(address);
  const secrets: Hidden[] = [
    [project.authToken() ?? '', '[token]'],
    [project.encryptionKey() ?? '', '[key]'],
  ];
  const names: Hidden[] = [
    ...(address === null || (showsHost && address.kind === 'http') ? [] : namesOf(address)),
    [proxy?.url.host ?? '', '[proxy]'],
    [proxy?.url.hostname ?? '', '[proxy]'],
    [project.directory, '[project]'],
    [os.homedir(), '~'],
  ];
  // Longer names come first, because one may contain another. Secrets are hidden anywhere, even within words.
  const known = [
    ...longestFirst(secrets).map(([text, shown]) => [new RegExp(escaped(text), 'g'), shown] as const),
    ...longestFirst(names).map(([text, shown]) => [wholeWord(text), shown] as const),
    ...(showsHost ? [] : databasesOf(address)),
  ];
  return (text) =>
    withoutTokens(known.reduce((rest, [pattern, shown]) => rest.replaceAll(pattern, () => shown), text));
}

type Hidden = readonly [text: string, shown: string];

function longestFirst(texts: readonly Hidden[]): Hidden[] {
  return texts.filter(([text]) => text.length > 1).sort(([a], [b]) => b.length - a.length);
}

/** Matches whole words only: a short host may be part of other words. */
function wholeWord(text: string): RegExp {
  return new RegExp(`(?<![\\w.-])${escaped(text)}(?![\\w-])`, 'gi');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Returns the first part of a host; servers use it as the database's name. Matches it only in quotes, because it may be
 * a word such as `db`.
 */
function databasesOf(address: RemoteAddress | null): (readonly [RegExp, string])[] {
  if (address?.kind !== 'http' || !address.url.hostname.includes('.')) return [];
  const [database = ''] = address.url.hostname.split('.');
  return database === '' ? [] : [[new RegExp(`(?<=[\`'"])${escaped(database)}(?=[\`'"])`, 'gi'), '[hidden]']];
}

function namesOf(address: RemoteAddress): Hidden[] {
  if (address.kind === 'file') {
    return [
      [address.location, 'file:[hidden]'],
      [address.file, '[hidden]'],
    ];
  }
  const { url, location } = address;
  const scheme = location.replace(/:.*/, '');
  return [
    [location, `${scheme}://[hidden]`],
    [url.href.replace(/\/$/, ''), `${url.protocol}//[hidden]`],
    [url.host, '[hidden]'],
    [url.hostname, '[hidden]'],
  ];
}
