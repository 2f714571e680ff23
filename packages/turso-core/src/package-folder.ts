import path from 'node:path';

/** The folder of turso-core. This module and the bundled command lie in folders side by side, just below it. */
export const packageFolder = path.join(__dirname, '..');
