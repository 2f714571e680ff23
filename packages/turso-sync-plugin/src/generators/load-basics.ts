/* eslint-disable @typescript-eslint/no-require-imports */
type Devkit = typeof import('@nx/devkit');

/** The part of `@nx/devkit` that Nx itself has, and formatting. */
export type Basics = Pick<
  Devkit,
  'formatFiles' | 'getProjects' | 'readJson' | 'readNxJson' | 'updateNxJson' | 'writeJson'
>;

/**
 * Loads the basics for generators: from `@nx/devkit` if it is installed, or else from the source of the devkit in Nx 21
 * to 24. Without the devkit, files are not formatted.
 */
export function loadBasics(): Basics {
  try {
    return require('@nx/devkit') as Devkit;
  } catch {
    const own = require('nx/src/devkit-exports') as Omit<Basics, 'formatFiles'>;
    return { ...own, formatFiles: async () => undefined };
  }
}
