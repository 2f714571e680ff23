'use strict';

const path = require('node:path');

// CI wants to know how long each test took, see `.ci/run`.
const timings = process.env.TURSO_SYNC_TEST_TIMINGS;

/** What the jest configurations of all packages share. Sources are TypeScript, translated without type checks. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // As `sqlite.ts` of turso-core chooses: tests too open databases, and would abort some Node now and then.
  moduleNameMapper:
    Number(process.versions.napi) >= 10 ? { '^better-sqlite3$': 'better-sqlite3-node-api' } : {},
  testTimeout: 180_000,
  testSequencer: path.join(__dirname, 'jest.sequencer.js'),
  ...(timings === undefined
    ? {}
    : { reporters: ['default', [path.join(__dirname, '.ci', 'jest-timings.js'), { folder: timings }]] }),
};
