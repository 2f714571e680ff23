'use strict';

module.exports = {
  ...require('../../jest.preset.js'),
  roots: ['<rootDir>/src', '<rootDir>/test'],
  setupFiles: ['<rootDir>/jest.setup.js'],
  // Jest leaves one core for others: on the two cores of CI all files would run one after another.
  maxWorkers: Math.max(2, require('node:os').availableParallelism() - 1),
};
