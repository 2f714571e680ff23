import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TursoSyncError } from 'turso-core/own-process';
import { pluginError } from '../errors';

/** Folders in a package that are not sources. They exist if it is a project of the workspace. */
const NO_SOURCES = new Set(['target', '_build', '_install', 'node_modules']);
/** The files that make the package a project of its own. Its copy must not be one. */
const NO_COPIES = new Set(['package.json', 'project.json']);
/** The file in each copy that names its source. */
const MARK = '.vendored';

/**
 * Copies the sources of an npm package into a folder. Equal files stay untouched, so cargo and dune do not build them
 * again. Throws PACKAGE_MISSING, and USAGE if the folder is not a copy.
 */
export function vendorPackage(name: string, project: string, to: string): void {
  const from = packageFolder(name, project);
  const mark = path.join(to, MARK);
  if (fs.existsSync(to) && !fs.existsSync(mark))
    throw new TursoSyncError('USAGE', `${to} already exists, and is not a copy of the package ${name}.`, {
      hint: 'Move it elsewhere: the sources of the package are to be copied there.',
    });
  fs.mkdirSync(to, { recursive: true });
  fs.writeFileSync(mark, `A copy of the npm package ${name}, made by each build. Changes are lost.\n`);
  const sources = sourceFiles(from);
  for (const file of sources) copyChanged(path.join(from, file), path.join(to, file));
  for (const file of sourceFiles(to)) if (!sources.includes(file)) fs.rmSync(path.join(to, file));
}

/** Returns the folder of an npm package, as a project sees it. Throws PACKAGE_MISSING. */
export function packageFolder(name: string, project: string): string {
  try {
    const manifest = createRequire(path.join(project, 'package.json')).resolve(`${name}/package.json`);
    return path.dirname(fs.realpathSync(manifest));
  } catch (cause) {
    throw pluginError('PACKAGE_MISSING', `The npm package ${name} is not installed.`, {
      hint: `Run \`npm install --save-dev ${name}\`, or the same of your package manager.`,
      cause,
    });
  }
}

/** Returns the sources in a package's folder, as sorted paths relative to it. */
export function sourceFiles(folder: string): string[] {
  const isSource = (name: string): boolean =>
    !NO_SOURCES.has(name) && !NO_COPIES.has(name) && !name.startsWith('.');
  return fs
    .readdirSync(folder)
    .filter(isSource)
    .flatMap((name) => filesBelow(folder, name))
    .sort();
}

function filesBelow(folder: string, name: string): string[] {
  const file = path.join(folder, name);
  if (!fs.statSync(file).isDirectory()) return [name];
  return fs.readdirSync(file).flatMap((entry) => filesBelow(folder, path.join(name, entry)));
}

function copyChanged(from: string, to: string): void {
  const text = fs.readFileSync(from);
  if (fs.existsSync(to) && fs.readFileSync(to).equals(text)) return;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.writeFileSync(to, text);
}
