'use strict';

// Started by `src/commands/apart/run-apart.ts`, with the name of its verb.
require('../dist/load-compiled').loadCompiled('verb-process', process.argv[2]);
