import os from 'node:os';
import { withoutTokens } from '../../project/config/config';
import type { Project } from '../../project/project';
import type { RemoteAddress } from '../../remote/url';
import { proxyOf } from './proxy-of';

/** Makes what takes out of any text what tells whose project and which database it is: tokens, hosts, and paths. */
export function createHiding(
  project: Pick<Project, 'directory' | 'authToken' | 'encryptionKey'>,
  address: RemoteAddress | null,
  showsHost: boolean,
): (text: string) => string {
  const proxy = proxyOf(address);
  const secrets: (readonly [text: string, shown: string])[] = [
    [project.authToken() ?? '', '[token]'],
    [project.encryptionKey() ?? '', '[key]'],
    ...(address === null || (showsHost && address.kind === 'http') ? [] : namesOf(address)),
    [proxy?.url.host ?? '', '[proxy]'],
    [proxy?.url.hostname ?? '', '[proxy]'],
    [project.directory, '[project]'],
    [os.homedir(), '~'],
  ];
  // The longer ones first: one may hold another.
  const known = secrets.filter(([text]) => text.length > 1).sort(([a], [b]) => b.length - a.length);
  return (text) =>
    withoutTokens(
      known.reduce((rest, [secret, shown]) => rest.replaceAll(wholeWord(secret), () => shown), text),
    );
}

/** A short host is no part of other words. */
function wholeWord(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.-])${escaped}(?![\\w-])`, 'gi');
}

function namesOf(address: RemoteAddress): (readonly [string, string])[] {
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
