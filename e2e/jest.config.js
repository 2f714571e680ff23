'use strict';

module.exports = {
  ...require('../jest.preset.js'),
  // Packs and installs once, for all test files.
  globalSetup: '<rootDir>/src/install.ts',
  // They share one workspace.
  maxWorkers: 1,
  testTimeout: 600_000,
};
