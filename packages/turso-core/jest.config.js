'use strict';

module.exports = {
  ...require('../../jest.preset.js'),
  roots: ['<rootDir>/src', '<rootDir>/test'],
  setupFiles: ['<rootDir>/jest.setup.js'],
  // Most tests wait for a server or another process now and then, so two cores take three of them.
  maxWorkers: Math.max(3, require('node:os').availableParallelism() - 1),
};
