/** Returns the first version number in a program's output, such as `1.95.0`. Null if there is none. */
export function findVersion(text: string): string | null {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? null;
}

/** Checks whether a version is at least as new as another: `2.10` is newer than `2.9`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) => text.split('.').map(Number));
  for (const [i, number] of (want ?? []).entries()) {
    const other = have?.[i] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}
