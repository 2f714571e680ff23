#!/usr/bin/env node
'use strict';

// Node 22 and later keep what they have compiled, which halves the time to start.
require('node:module').enableCompileCache?.();

// What it writes holds data, and is for its user only.
process.umask(0o077);

require('../dist/command')
  .main(process.argv)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
