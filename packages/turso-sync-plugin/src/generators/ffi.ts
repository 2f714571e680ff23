import fs from 'node:fs';
import path from 'node:path';
import type { GeneratorCallback, ProjectConfiguration, Tree } from '@nx/devkit';
import { ffiFiles } from './ffi-files';
import init from './init';
import { loadDevkit } from './load-devkit';

/** Options of the generator `turso-sync-plugin:ffi`. */
export interface FfiGeneratorOptions {
  /** The folder of the project, relative to the workspace, such as `apps/my-app`. */
  readonly directory: string;
  /** The name of the project, its dune package and its program. Default is that of the folder. */
  readonly name?: string;
  /** Do not format the changed files. Default is false. */
  readonly skipFormat?: boolean;
}

const PLUGIN = 'turso-sync-plugin';
const PACKAGE = 'turso-ffi';

/**
 * Makes an OCaml program with a live connection to the database. The target `ffi-build` builds it from the sources of
 * the npm package `turso-ffi`. That package is added to package.json. Existing files stay as they are, so the generator
 * can run again.
 *
 * @returns a callback that installs the package, once the files are written. `--dry-run` does not call it.
 */
export default async function ffi(tree: Tree, options: FfiGeneratorOptions): Promise<GeneratorCallback> {
  const devkit = await loadDevkit();
  const root = projectRoot(options.directory);
  const name = options.name ?? path.posix.basename(root);
  // The name also becomes a dune package, next to that of turso-ffi.
  if (!/^[a-zA-Z][a-zA-Z0-9_-]*$/.test(name) || name === 'turso')
    throw new Error(
      `"${name}" cannot name a dune package. Use letters, digits, "-" and "_", for example --name my-app.`,
    );
  await init(tree, { skipFormat: true });
  for (const [file, text] of Object.entries(ffiFiles(name))) {
    const target = path.posix.join(root, file);
    if (!tree.exists(target)) tree.write(target, text);
  }
  writeProject(tree, devkit, root, name);
  const install = addPackage(tree, devkit);
  if (options.skipFormat !== true) await devkit.formatFiles(tree);
  return install;
}

function projectRoot(directory: string): string {
  const root = path.posix.normalize(directory.split('\\').join('/')).replace(/\/$/, '');
  if (root === '.' || root.startsWith('..') || path.posix.isAbsolute(root))
    throw new Error(`"${directory}" is not a folder inside the workspace. Use one such as apps/my-app.`);
  return root;
}

function writeProject(
  tree: Tree,
  { readJson, readNxJson, writeJson }: typeof import('@nx/devkit'),
  root: string,
  name: string,
): void {
  const file = path.posix.join(root, 'project.json');
  const there = tree.exists(file) ? readJson<ProjectConfiguration>(tree, file) : null;
  const build = buildTarget(readNxJson(tree)?.plugins ?? []);
  const isNamed = tree.exists(path.posix.join(root, 'package.json'));
  const project = {
    ...(there ?? { ...(isNamed ? {} : { name }), $schema: schemaOf(root), projectType: 'application' }),
    targets: {
      [build]: { options: { vendor: PACKAGE } },
      start: {
        dependsOn: [build],
        cache: false,
        executor: 'nx:run-commands',
        options: { command: `./_install/bin/${name}`, cwd: '{projectRoot}' },
      },
      ...there?.targets,
    },
  };
  if (JSON.stringify(project) !== JSON.stringify(there)) writeJson(tree, file, project);
}

/** Returns the target's name in nx.json. */
function buildTarget(plugins: readonly unknown[]): string {
  const named = plugins.map(
    (entry) => entry as { plugin?: string; options?: { ffiBuildTargetName?: string } },
  );
  return named.find(({ plugin }) => plugin === PLUGIN)?.options?.ffiBuildTargetName ?? 'ffi-build';
}

function schemaOf(root: string): string {
  return path.posix.join(path.posix.relative(root, '.'), 'node_modules/nx/schemas/project-schema.json');
}

/** Adds the npm package, in the version of this one, unless some version is there. */
function addPackage(
  tree: Tree,
  { addDependenciesToPackageJson, readJson }: typeof import('@nx/devkit'),
): GeneratorCallback {
  interface Manifest {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
  }
  const { dependencies, devDependencies } = readJson<Manifest>(tree, 'package.json');
  if (dependencies?.[PACKAGE] !== undefined || devDependencies?.[PACKAGE] !== undefined)
    return () => undefined;
  return addDependenciesToPackageJson(tree, {}, { [PACKAGE]: ownVersion() });
}

function ownVersion(): string {
  const manifest = path.join(__dirname, '..', '..', 'package.json');
  return (JSON.parse(fs.readFileSync(manifest, 'utf8')) as { version: string }).version;
}
