import type * as Cosmiconfig from 'cosmiconfig';

/** Loads the library only if there is a config, because loading takes as long as a small diff. */
export function loadCosmiconfig(): typeof Cosmiconfig {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('cosmiconfig') as typeof Cosmiconfig;
}
