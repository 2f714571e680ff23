import fs from 'node:fs';

/** The pages in which two files may differ, counted from 1; those that only one of them has count too. */
export interface KnownDifference {
  readonly pageSize: number;
  readonly pages: ReadonlySet<number>;
}

interface Noted extends KnownDifference {
  readonly between: readonly [string, string];
}

/** Notes that are kept; a pull makes a few. */
const KEPT = 20;

const differences: Noted[] = [];
const checksums = new Map<string, number>();

/** Notes where two finished files differ at most, so that this process need not compare them byte by byte again. */
export function noteDifference(a: string, b: string, { pageSize, pages }: KnownDifference): void {
  differences.unshift({ between: [identityOf(a), identityOf(b)], pageSize, pages });
  differences.length = Math.min(differences.length, KEPT);
}

/** Where two files differ at most: as it was noted of them, or of each and a third one. Null if that is not known. */
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

/** Notes the CRC-32 of a finished file, which this process has read. */
export function noteChecksum(file: string, crc: number): void {
  checksums.set(identityOf(file), crc);
}

/** The CRC-32 of a file, if it was noted. */
export function knownChecksum(file: string): number | null {
  return checksums.get(identityOf(file)) ?? null;
}

/** A second name of a file has the same; a file that is written has another. */
function identityOf(file: string): string {
  const { dev, ino, size, mtimeNs } = fs.statSync(file, { bigint: true });
  return [dev, ino, size, mtimeNs].join(':');
}
