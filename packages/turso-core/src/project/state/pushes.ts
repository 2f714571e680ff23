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
  /** What takes it back, if that does not follow from what it changed; else null. */
  readonly inverse: string | null;
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
    const inverse = `${number}.inverse.json`;
    if (isRecorded || !known.has(number))
      known.set(number, {
        ...{ number, isRecorded, file: path.join(pushes, name) },
        inverse: names.includes(inverse) ? path.join(pushes, inverse) : null,
      });
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
    fs.writeFileSync(pushFile(files, `${number}.begun`), JSON.stringify({ startedAt }));
  });
}

/** Forgets a push that did not reach the remote. */
export function forgetPush(files: StateFiles, number: number): void {
  fs.rmSync(pushFile(files, `${number}.begun`), { force: true });
}

/**
 * Keeps a plan as the push of this number, and what takes it back if that does not follow from it. The files are never
 * written again. Answers with the plan's path.
 */
export function keepPush(
  files: StateFiles,
  number: number,
  { record, inverse }: { readonly record: string; readonly inverse: string | null },
): string {
  const [kept, takesBack] = [pushFile(files, `${number}.json`), pushFile(files, `${number}.inverse.json`)];
  withPushes(files, () => {
    // A run that was cut off may have kept it already. Without its record, an inverse means nothing.
    fs.rmSync(kept, { force: true });
    fs.rmSync(takesBack, { force: true });
    if (inverse !== null) linkOrCopy(inverse, takesBack);
    linkOrCopy(record, kept);
    forgetPush(files, number);
    for (const { file, inverse } of listPushes(files).slice(KEPT))
      for (const old of [file, inverse]) if (old !== null) fs.rmSync(old, { force: true });
  });
  return kept;
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
