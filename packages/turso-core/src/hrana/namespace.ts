/**
 * The header that names a database to the log of its server. As libSQL's clients do: the first part of the host is its name. Requests of
 * Hrana need none, since the server takes it from `Host`.
 */
export function namespaceHeader({ hostname }: URL): Readonly<Record<string, string>> {
  const namespace = hostname.includes('.') ? (hostname.split('.')[0] ?? '') : 'default';
  return { 'x-namespace-bin': Buffer.from(namespace).toString('base64').replace(/=+$/, '') };
}
