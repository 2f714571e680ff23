import fs from 'node:fs';

/** A kind of system, by its way of installing programs. */
export type Platform = 'debian' | 'fedora' | 'macos' | 'other';

/** Returns the kind of this system. */
export function thisPlatform(): Platform {
  if (process.platform === 'darwin') return 'macos';
  return fs.existsSync('/etc/os-release') ? platformOf(fs.readFileSync('/etc/os-release', 'utf8')) : 'other';
}

/** Returns the kind of a Linux system, from the text of its `/etc/os-release`. */
export function platformOf(osRelease: string): Platform {
  const ids = [...osRelease.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].flatMap(([, value = '']) =>
    value.replace(/["']/g, '').split(' '),
  );
  if (ids.some((id) => ['debian', 'ubuntu'].includes(id))) return 'debian';
  return ids.some((id) => ['fedora', 'rhel', 'centos'].includes(id)) ? 'fedora' : 'other';
}
