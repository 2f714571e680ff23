// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { buildSync } = require('esbuild');

/**
 * Puts the command, all of its modules, into one file: finding and reading some 170 of them takes Node longer than a push of
 * a few rows. All of them lie where `__dirname` means the same to what is in them as to the modules. None imports by
 * itself: see `src/import-module.ts`.
 */
const { outputFiles } = buildSync({
  entryPoints: {
    command: 'src/cli/main.ts',
    'verb-process': 'src/commands/apart/verb-process.ts',
    'fingerprint-alone': 'src/fingerprint.ts',
    'own-process-alone': 'src/own-process.ts',
    'check-process': 'src/checks/check-process.ts',
    'reader-thread': 'src/sqlite/dump/reader-thread.ts',
  },
  outdir: 'dist',
  absWorkingDir: path.join(__dirname),
  bundle: true,
  platform: 'node',
  target: 'node20',
  // What is loaded from a package of its own: natively, or only by some commands.
  external: ['better-sqlite3', 'better-sqlite3-node-api', 'cosmiconfig', 'ora', '@libsql/*'],
  // Classes keep the names that errors show.
  keepNames: true,
  footer: {
    js: "function importModule(specifier) { return require('./import-module').importModule(specifier); }",
  },
  write: false,
  logLevel: 'warning',
});
for (const { path: file, text } of outputFiles)
  fs.writeFileSync(file, text.replaceAll('await import(', 'await importModule('));

// The script and the style of reports in HTML, which are put into each.
buildSync({
  entryPoints: { page: 'src/report/html/page/main.ts', 'page-style': 'src/report/html/page/page.css' },
  outdir: 'dist',
  absWorkingDir: path.join(__dirname),
  bundle: true,
  minify: true,
  format: 'iife',
  charset: 'ascii',
  target: ['chrome120', 'firefox120', 'safari17'],
  logLevel: 'warning',
});
