import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readPieces } from '../../sqlite/files/read-pieces';
import { linkOrCopy } from './link-or-copy';
import { fileSystemError } from './disk';
import type { StateFiles } from '../project';

/** Number of pushes to keep. The oldest is removed first. */
const KEPT = 20;

/** A push in the history. */
export interface PushFile {
  readonly number: number;
  /** Its changes or, if {@link isRecorded} is false, only its start time. */
  readonly file: string;
  /** The changes to undo it, if they do not follow from its own changes; otherwise null. */
  readonly inverse: string | null;
  /** Whether its changes are known. A push may reach the remote without recording them. */
  readonly isRecorded: boolean;
}

/** Lists the pushes in the history, latest first. */
export function listPushes({ pushes }: StateFiles): PushFile[] {
  const names = fs.existsSync(pushes) ? fs.readdirSync(pushes) : [];
  const known = new Map<number, PushFile>();
  for (const name of names) {
    const [, digits, kind] = /^(\d+)\.(json|begun)$/.exec(name) ?? [];
    if (digits === undefined) continue;
    const number = Number(digits);
    const isRecorded = kind === 'json';
    const inverse = `${number}.inverse.json`;
    if (isRecorded || !known.has(number))
      known.set(number, {
        ...{ number, isRecorded, file: path.join(pushes, name) },
        inverse: names.includes(inverse) ? path.join(pushes, inverse) : null,
      });
  }
  return [...known.values()].sort((a, b) => b.number - a.number);
}

/** Returns the number of the next push. */
export function nextPush(files: StateFiles): number {
  return (listPushes(files)[0]?.number ?? 0) + 1;
}

/** Notes a push just before it is sent. Even if nothing else is noted, no older push then counts as the last. */
export function notePush(files: StateFiles, number: number, startedAt: string): void {
  withPushes(files, () => {
    fs.writeFileSync(pushFile(files, `${number}.begun`), JSON.stringify({ startedAt }));
  });
}

/** Forgets a push that did not reach the remote. */
export function forgetPush(files: StateFiles, number: number): void {
  fs.rmSync(pushFile(files, `${number}.begun`), { force: true });
}

/**
 * Keeps a plan as the push with this number, and its inverse if that does not follow from it. The files are never
 * written again, and their checksums are kept beside them. Returns the plan's path.
 */
export function keepPush(
  files: StateFiles,
  number: number,
  { record, inverse }: { readonly record: string; readonly inverse: string | null },
): string {
  const [kept, takesBack] = [pushFile(files, `${number}.json`), pushFile(files, `${number}.inverse.json`)];
  const sums = sumsOf(kept);
  withPushes(files, () => {
    // An interrupted run may have kept it already. Without its record, an inverse is useless.
    fs.rmSync(kept, { force: true });
    fs.rmSync(takesBack, { force: true });
    if (inverse !== null) linkOrCopy(inverse, takesBack);
    fs.rmSync(sums, { force: true });
    fs.writeFileSync(sums, sumLine(record, kept) + (inverse === null ? '' : sumLine(inverse, takesBack)));
    linkOrCopy(record, kept);
    forgetPush(files, number);
    for (const { file, inverse } of listPushes(files).slice(KEPT))
      for (const old of [file, inverse, sumsOf(file)]) if (old !== null) fs.rmSync(old, { force: true });
  });
  return kept;
}

/**
 * Checks that a file of a push is as it was kept. Somebody may have edited it, also by its other name `changes.json`.
 * Files of earlier versions have no checksum and pass.
 */
export function isAsKept({ file }: PushFile, kept: string): boolean {
  if (!fs.existsSync(sumsOf(file))) return true;
  return fs.readFileSync(sumsOf(file), 'utf8').includes(sumLine(kept, kept));
}

/** The checksums of a push's files, in the format of `sha256sum`. */
function sumsOf(file: string): string {
  return file.replace(/\.(json|begun)$/, '.sha256');
}

function sumLine(content: string, name: string): string {
  const digest = createHash('sha256');
  for (const piece of readPieces(content)) digest.update(piece);
  return `${digest.digest('hex')}  ${path.basename(name)}\n`;
}

/** Returns the start time of an unrecorded push, or null if it is unreadable. */
export function readBegun({ file }: PushFile): string | null {
  try {
    const { startedAt } = JSON.parse(fs.readFileSync(file, 'utf8')) as { startedAt?: unknown };
    return typeof startedAt === 'string' ? startedAt : null;
  } catch {
    return null;
  }
}

function pushFile({ pushes }: StateFiles, name: string): string {
  return path.join(pushes, name);
}

function withPushes(files: StateFiles, work: () => void): void {
  try {
    fs.mkdirSync(files.pushes, { recursive: true });
    work();
  } catch (error) {
    throw fileSystemError(error, files.pushes);
  }
}
