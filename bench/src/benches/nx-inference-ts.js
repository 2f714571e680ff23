// @ts-check
'use strict';

const { inferenceBench } = require('../nx-inference');

module.exports = inferenceBench(
  'TypeScript',
  'turso-sync.config.ts',
  "import type { Config } from 'turso-core';\nexport default { environments: { staging: {} } } satisfies Config;\n",
);
