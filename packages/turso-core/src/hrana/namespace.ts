/**
 * Returns the header with the database's name for the server's log. As in libSQL's clients, the name is the first part
 * of the host. Hrana requests need no header, because the server uses `Host`.
 */
export function namespaceHeader({ hostname }: URL): Readonly<Record<string, string>> {
  const namespace = hostname.includes('.') ? (hostname.split('.')[0] ?? '') : 'default';
  return { 'x-namespace-bin': Buffer.from(namespace).toString('base64').replace(/=+$/, '') };
}
