import type { TargetConfiguration } from '@nx/devkit';

/** The description of a target for people, as in `nx show project` and Nx Console. */
export interface Explanation {
  readonly description: string;
  /** Options often used with the target. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** Each executor with an inferred target. */
export const EXPLAINED = {
  snapshot: {
    description: 'Takes the remote database to a cached snapshot, unless it has not changed.',
    example: { create: true },
  },
  init: {
    description: 'Makes the working copy from the snapshot, or brings one without changes up to date.',
    example: { force: true },
  },
  push: {
    description: 'Puts what has changed in the working copy on the remote.',
    example: { dryRun: true },
  },
  status: { description: 'Says how the working copy and the remote stand.', example: { verbose: true } },
  pull: {
    description: 'Brings what has changed on the remote into the working copy.',
    example: { onConflict: 'theirs' },
  },
  verify: {
    description: 'Says whether the remote and the working copy hold the same.',
    example: { verbose: true },
  },
  diff: { description: 'Says what a push would carry.', example: { table: 'people', limit: 5 } },
  check: {
    description: 'Runs the checks of the project on the working copy: queries that must return no row.',
    example: { verbose: true },
  },
  undo: {
    description: 'Takes the last push back, on the remote and in the working copy.',
    example: { remoteOnly: true },
  },
  dump: {
    description: 'Writes the base, the remote or the working copy as SQL to a file.',
    example: { workingCopy: true, output: 'working-copy.sql' },
  },
  clean: {
    description: 'Shows what the state folder holds, and removes what is of no use any more if told to.',
    example: { force: true },
  },
  doctor: {
    description:
      'Finds out whether turso-sync can work with the remote, by a self-test in a table of its own.',
    example: { readOnly: true },
  },
  dev: {
    description: 'Serves a copy of the working copy by a local libsql-server, until it is stopped.',
    example: { port: 8081 },
  },
  'ffi-build': {
    description: 'Builds the crate, an archive that OCaml links, and what links it.',
    example: { quiet: true },
  },
} as const satisfies Readonly<Record<string, Explanation>>;

/** Returns the same for Nx, with a line that shows the options. */
export function metadataOf(
  targetName: string,
  { description, example }: Explanation,
  technologies: readonly string[] = ['turso', 'sqlite'],
): NonNullable<TargetConfiguration['metadata']> {
  return {
    technologies: [...technologies],
    description,
    help: { command: helpCommand(targetName), example: { options: example } },
  };
}

/**
 * Returns the command line that shows the options of a target. It runs in the project's folder, since its name is
 * unknown here.
 */
function helpCommand(targetName: string): string {
  return `npx nx ${targetName} --help`;
}
