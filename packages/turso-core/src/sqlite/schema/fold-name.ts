/** Returns a name for comparison by SQLite's rule: only ASCII letters lose their case. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
