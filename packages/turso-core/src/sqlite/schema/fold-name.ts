/** A name as SQLite compares it: without the case of letters of ASCII only. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
