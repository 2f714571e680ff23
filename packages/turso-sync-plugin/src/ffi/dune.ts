import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from 'turso-core/own-process';
import { pluginError } from '../errors';
import type { BuildSettings } from './options';
import type { Programs } from './programs';
import { replaceFolder } from './replace-folder';

/**
 * Builds with dune, and copies the project's installed packages to a folder of its own, as files. dune's own
 * `_build/install` consists of links into `_build`, and no cache could restore them. Throws BUILD_FAILED, and USAGE if
 * there is no dune project.
 *
 * @returns the number of files installed there.
 */
export async function buildWithDune(
  programs: Programs,
  settings: BuildSettings,
  onLine: (line: string) => void,
): Promise<number> {
  const { project, duneTargets, profile, installed } = settings;
  if (!fs.existsSync(path.join(project, 'dune-project')))
    throw new TursoSyncError('USAGE', `There is no dune-project in ${project}.`, {
      hint: 'Add one, or build the crate alone with the option "cargoOnly".',
    });
  // Without --root, dune would take the outermost dune-project above.
  const common = ['--root', '.', '--profile', profile === 'release' ? 'release' : 'dev'];
  const dune = async (command: readonly string[], tell: (line: string) => void): Promise<void> => {
    const { isSuccess, how, stderr } = await programs.run(['dune', ...command], {
      cwd: project,
      onLine: tell,
    });
    if (isSuccess) return;
    throw pluginError('BUILD_FAILED', `dune ${command[0] ?? ''} ${how}.`, {
      hint: hintFor(stderr),
      hasLines: true,
    });
  };
  await dune(['build', ...common, ...duneTargets], onLine);

  const packages = builtPackages(project);
  if (packages.length === 0 && duneTargets.includes('@install'))
    throw new TursoSyncError(
      'USAGE',
      `The dune project in ${project} has no package, so that nothing is installed.`,
      {
        hint: 'Add (package (name ..)) to dune-project and a public_name to what is to be installed, or name what to build by the option "duneTargets".',
      },
    );
  if (packages.length === 0) {
    fs.rmSync(installed, { recursive: true, force: true });
    return 0;
  }
  await replaceFolder(installed, (draft) =>
    dune(['install', ...common, '--prefix', path.basename(draft), ...packages], () => undefined),
  );
  return countFiles(installed);
}

/** Returns advice about dune's output. */
function hintFor(printed: string): string {
  const unknown = /No rule found for (\S*target\/localized\/\S+)/.exec(printed)?.[1];
  if (unknown !== undefined)
    return `A dune file asks for ${unknown}, which is not what the crate is called: see the file names that dune prints above.`;
  const undefinedName = /undefined reference to [`']([^`']+)'/.exec(printed)?.[1];
  if (undefinedName !== undefined)
    return `Nothing that is linked has ${undefinedName}: if C stubs call it, write it in the crate; if it is one of the system's, name its library in c_library_flags, as (-lpthread -ldl -lm).`;
  const library = /Library "([^"]+)" not found/.exec(printed)?.[1];
  if (library !== undefined)
    return `Install the OCaml library ${library}: opam install ${library}, or the package of your system.`;
  return 'See what dune says above.';
}

/** Returns the packages for which dune has just built the list of files. None if other targets were requested. */
function builtPackages(project: string): string[] {
  const names = fs.readdirSync(path.join(project, '_build', 'default'));
  return names.filter((name) => name.endsWith('.install')).map((name) => path.basename(name, '.install'));
}

function countFiles(folder: string): number {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .length;
}
