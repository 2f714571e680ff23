import type * as Cosmiconfig from 'cosmiconfig';

/** Loads the library only where there is a config, since that takes as long as a small diff. */
export function loadCosmiconfig(): typeof Cosmiconfig {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('cosmiconfig') as typeof Cosmiconfig;
}
