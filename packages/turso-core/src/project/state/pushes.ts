import fs from 'node:fs';
import path from 'node:path';
import { linkOrCopy } from './link-or-copy';
import { fileSystemError } from './disk';
import type { StateFiles } from '../project';

/** Pushes that are kept; the oldest goes first. */
const KEPT = 20;

/** A push that is kept. */
export interface PushFile {
  readonly number: number;
  /** What it changed; or, if {@link isRecorded} is false, only when it began. */
  readonly file: string;
  /** Whether its changes are known. A push that reached the remote may have failed to note them. */
  readonly isRecorded: boolean;
}

/** The pushes that are kept, the latest first. */
export function listPushes({ pushes }: StateFiles): PushFile[] {
  const names = fs.existsSync(pushes) ? fs.readdirSync(pushes) : [];
  const known = new Map<number, PushFile>();
  for (const name of names) {
    const [, digits, kind] = /^(\d+)\.(json|begun)$/.exec(name) ?? [];
    if (digits === undefined) continue;
    const number = Number(digits);
    const isRecorded = kind === 'json';
    if (isRecorded || !known.has(number))
      known.set(number, { number, file: path.join(pushes, name), isRecorded });
  }
  return [...known.values()].sort((a, b) => b.number - a.number);
}

/** The number of the next push. */
export function nextPush(files: StateFiles): number {
  return (listPushes(files)[0]?.number ?? 0) + 1;
}

/** Notes that a push is about to be sent, so that no older one is taken for the last if nothing else gets noted. */
export function notePush(files: StateFiles, number: number, startedAt: string): void {
  withPushes(files, () => {
    fs.writeFileSync(begunFile(files, number), JSON.stringify({ startedAt }));
  });
}

/** Forgets a push that did not reach the remote. */
export function forgetPush(files: StateFiles, number: number): void {
  fs.rmSync(begunFile(files, number), { force: true });
}

/** Keeps a file of changes as the push of this number. The file is never written again. */
export function keepPush(files: StateFiles, number: number, changes: string): void {
  withPushes(files, () => {
    const kept = path.join(files.pushes, `${number}.json`);
    // A run that was cut off may have kept it already.
    fs.rmSync(kept, { force: true });
    linkOrCopy(changes, kept);
    forgetPush(files, number);
    for (const { file } of listPushes(files).slice(KEPT)) fs.rmSync(file, { force: true });
  });
}

/** When a push began that is not recorded; null where that cannot be read. */
export function readBegun({ file }: PushFile): string | null {
  try {
    const { startedAt } = JSON.parse(fs.readFileSync(file, 'utf8')) as { startedAt?: unknown };
    return typeof startedAt === 'string' ? startedAt : null;
  } catch {
    return null;
  }
}

function begunFile({ pushes }: StateFiles, number: number): string {
  return path.join(pushes, `${number}.begun`);
}

function withPushes(files: StateFiles, work: () => void): void {
  try {
    fs.mkdirSync(files.pushes, { recursive: true });
    work();
  } catch (error) {
    throw fileSystemError(error, files.pushes);
  }
}
