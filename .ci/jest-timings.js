'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Jest's reporter that writes how each test of a package ended, and how long it took, for `summary.js`. */
module.exports = class JestTimings {
  constructor({ rootDir }, { folder }) {
    this.rootDir = rootDir;
    this.folder = folder;
  }

  onRunComplete(_contexts, { testResults }) {
    const tests = testResults.flatMap((file) => this.testsOf(file));
    fs.mkdirSync(this.folder, { recursive: true });
    fs.writeFileSync(
      path.join(this.folder, `${path.basename(this.rootDir)}-${process.pid}.json`),
      JSON.stringify(tests),
    );
  }

  testsOf({ testFilePath, testResults, testExecError }) {
    const file = path.relative(path.join(__dirname, '..'), testFilePath);
    const tests = testResults.map(({ fullName, status, duration }) => ({
      file,
      name: fullName,
      status,
      milliseconds: duration ?? 0,
    }));
    // Such a file has no tests that could fail.
    if (testExecError) tests.push({ file, name: 'does not load', status: 'failed', milliseconds: 0 });
    return tests;
  }
};
