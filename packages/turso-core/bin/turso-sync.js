#!/usr/bin/env node
'use strict';

// Node 22 and later keep what they have compiled, which halves the time to start.
require('node:module').enableCompileCache?.();

require('../dist/command')
  .main(process.argv)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
