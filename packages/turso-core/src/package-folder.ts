import path from 'node:path';

/** The folder of turso-core. The folders of this module and of the bundled command are both directly below it. */
export const packageFolder = path.join(__dirname, '..');
