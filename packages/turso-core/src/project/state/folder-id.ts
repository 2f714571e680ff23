import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { systemCode } from '../../errors';
import { fileSystemError } from './disk';
import type { StateFiles } from '../project';

/** Returns the unique id of this state folder. Creates it at the first request; it never changes. */
export function folderId({ folderId: file }: StateFiles): string {
  try {
    fs.writeFileSync(file, `${randomUUID()}\n`, { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw fileSystemError(error, file);
  }
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw fileSystemError(error, file);
  }
}
