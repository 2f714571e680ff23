'use strict';

module.exports = {
  ...require('../jest.preset.js'),
  // Packs and installs once, for all test files.
  globalSetup: '<rootDir>/src/install.ts',
  // Each has a workspace.
  maxWorkers: 2,
  testTimeout: 600_000,
};
