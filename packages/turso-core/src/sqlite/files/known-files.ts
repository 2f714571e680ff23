import fs from 'node:fs';

/** The pages in which two files may differ, counted from 1, including pages of only one of them. */
export interface KnownDifference {
  readonly pageSize: number;
  readonly pages: ReadonlySet<number>;
}

interface Noted extends KnownDifference {
  readonly between: readonly [string, string];
}

/** The most notes of each kind; a pull makes a few. */
const KEPT = 20;

const differences: Noted[] = [];
const checksums: { readonly of: string; readonly crc: number }[] = [];

/**
 * Notes all pages in which two finished files may differ. This process then need not compare them byte by byte again.
 */
export function noteDifference(a: string, b: string, { pageSize, pages }: KnownDifference): void {
  keep(differences, { between: [identityOf(a), identityOf(b)], pageSize, pages });
}

/**
 * Returns the pages in which two files may differ, from a note about them, or about each and a third one. Null if
 * unknown.
 */
export function knownDifference(a: string, b: string): KnownDifference | null {
  const [from, to] = [identityOf(a), identityOf(b)];
  const ofFrom = notedOf(from);
  const ofTo = notedOf(to);
  const direct = ofFrom.find(({ other }) => other === to);
  if (direct !== undefined) return direct.noted;
  for (const { other, noted } of ofFrom) {
    const next = ofTo.find((n) => n.other === other && n.noted.pageSize === noted.pageSize);
    if (next !== undefined)
      return { pageSize: noted.pageSize, pages: new Set([...noted.pages, ...next.noted.pages]) };
  }
  return null;
}

function notedOf(file: string): { readonly other: string; readonly noted: KnownDifference }[] {
  return differences.flatMap((noted) => {
    const at = noted.between.indexOf(file);
    return at < 0 ? [] : [{ other: noted.between[1 - at] ?? '', noted }];
  });
}

/** Notes the CRC-32 of a finished file that this process has read. */
export function noteChecksum(file: string, crc: number): void {
  keep(checksums, { of: identityOf(file), crc });
}

/** Returns the CRC-32 of a file, if it was noted. */
export function knownChecksum(file: string): number | null {
  const identity = identityOf(file);
  return checksums.find(({ of }) => of === identity)?.crc ?? null;
}

/** Puts a note in front of the others, and forgets the oldest one. */
function keep<T>(notes: T[], note: T): void {
  notes.unshift(note);
  notes.length = Math.min(notes.length, KEPT);
}

/** Returns a file's identity: the same for a second name of the file, another one after a write. */
function identityOf(file: string): string {
  const { dev, ino, size, mtimeNs } = fs.statSync(file, { bigint: true });
  return [dev, ino, size, mtimeNs].join(':');
}
