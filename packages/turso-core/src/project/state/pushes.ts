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
  readonly file: string;
}

/** The pushes that are kept, the latest first. */
export function listPushes({ pushes }: StateFiles): PushFile[] {
  const names = fs.existsSync(pushes) ? fs.readdirSync(pushes) : [];
  return names
    .flatMap((name) => {
      const number = Number(/^(\d+)\.json$/.exec(name)?.[1] ?? NaN);
      return Number.isNaN(number) ? [] : [{ number, file: path.join(pushes, name) }];
    })
    .sort((a, b) => b.number - a.number);
}

/** Keeps a file of changes as the latest push. The file is never written again. */
export function keepPush(files: StateFiles, changes: string): void {
  try {
    fs.mkdirSync(files.pushes, { recursive: true });
    const known = listPushes(files);
    const number = (known[0]?.number ?? 0) + 1;
    linkOrCopy(changes, path.join(files.pushes, `${number}.json`));
    for (const { file } of known.slice(KEPT - 1)) fs.rmSync(file, { force: true });
  } catch (error) {
    throw fileSystemError(error, files.pushes);
  }
}
