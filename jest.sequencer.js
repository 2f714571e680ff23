'use strict';

const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Files that take a minute or more although they are small. Jest begins with the largest files if it has not measured them yet, as
 * in CI: these would come last, and leave all workers but one without work.
 */
const LONG = [
  /e2e\/src\/(nx-versions|targets|ffi|check-cache)\.test\.ts$/,
  /test\/simulator\/.*-histories\.test\.ts$/,
  /test\/cli\/types\.test\.ts$/,
  /test\/disk\/.*\.test\.ts$/,
  /test\/push\/(bulk-keys|busy|large-push|limits|merge|properties|schema-round-trip|statistics|virtual-round-trip)\.test\.ts$/,
  /test\/(hostile\/mid-answers|remote\/computed-requests|live\/contract|profiles\/contract)\.test\.ts$/,
  /remote\/server\/uploads\.test\.ts$/,
];

/** Begins with the files that take long. */
module.exports = class extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => LONG.some((name) => name.test(path.replaceAll('\\', '/')));
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
