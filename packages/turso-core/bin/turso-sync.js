#!/usr/bin/env node
'use strict';

// What it writes holds data, and is for its user only.
process.umask(0o077);

const { loadCompiled } = require('../dist/load-compiled');

loadCompiled('command', process.argv[2])
  .main(process.argv)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
