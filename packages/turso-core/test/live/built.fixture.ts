import path from 'node:path';
import type * as live from '../../src/live/index';

/**
 * The live connection as it is built and shipped, since it starts a process of its own, which runs no TypeScript.
 */
export const { openLive, RawText } =
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require(path.join(__dirname, '..', '..', 'dist', 'live', 'index.js')) as typeof live;
