import fs from 'node:fs';
import path from 'node:path';
import { packageFolder } from './package-folder';

/** The version of turso-core, from its package.json. */
export const version: string = (
  JSON.parse(fs.readFileSync(path.join(packageFolder, 'package.json'), 'utf8')) as { version: string }
).version;
