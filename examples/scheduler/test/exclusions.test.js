// @ts-check
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { dayOf } = require('../src/calendar');
const { exclusionReason } = require('../src/rules/exclusions');
const { scheduleContact } = require('../src/schedule');
const { contactWith } = require('../testing/contact-with');

const birth_date = '1950-06-20';
const effective_date = '2015-12-01';

/** Each contact's window: its first and last day. */
const CASES = /** @type {const} */ ([
  ['CA', { birth_date }, '2026-03-22', '2026-08-19'],
  ['ID', { birth_date }, '2026-04-21', '2026-08-22'],
  ['KY', { birth_date }, '2026-04-21', '2026-08-19'],
  ['MD', { birth_date }, '2026-04-21', '2026-07-20'],
  ['NV', { birth_date }, '2026-04-21', '2026-08-19'],
  ['OK', { birth_date }, '2026-04-21', '2026-08-19'],
  ['OR', { birth_date }, '2026-04-21', '2026-07-21'],
  ['VA', { birth_date }, '2026-04-21', '2026-07-20'],
  // Across the end of a year, with the date itself in the first year, then in the second.
  ['MO', { effective_date }, '2026-09-02', '2027-01-03'],
  ['VA', { birth_date: '1950-01-05' }, '2025-11-06', '2026-02-04'],
  // 29 February in a common year, then in a leap year.
  ['MD', { birth_date: '1948-02-29' }, '2025-12-30', '2026-03-30'],
  ['MD', { birth_date: '1948-02-29' }, '2027-12-31', '2028-03-30'],
]);

for (const [state, dates, first, last] of CASES) {
  const [[column, date]] = Object.entries(dates);
  test(`exclusion window in ${state} for ${column} ${date}: ${first} to ${last}`, () => {
    const contact = contactWith({ state, ...dates });
    const reason = `${column} window (${state})`;
    assert.equal(exclusionReason(contact, dayOf(first) - 1), null);
    assert.equal(exclusionReason(contact, dayOf(first)), reason);
    assert.equal(exclusionReason(contact, dayOf(last)), reason);
    assert.equal(exclusionReason(contact, dayOf(last) + 1), null);
  });
}

test('a state without rules excludes nothing', () => {
  assert.equal(exclusionReason(contactWith({ state: 'TX' }), dayOf('2026-06-20')), null);
});

test('there is no window around an effective date before its first anniversary', () => {
  const contact = contactWith({ state: 'MO', effective_date: '2026-06-01' });
  assert.equal(exclusionReason(contact, dayOf('2026-06-01')), null);
  assert.notEqual(exclusionReason(contact, dayOf('2027-06-01')), null);
});

for (const state of ['CT', 'MA', 'NY', 'WA']) {
  test(`everything is skipped all year in ${state}`, () => {
    const rows = scheduleContact(contactWith({ state }), 2026);
    assert.equal(rows.length, 10);
    for (const row of rows) {
      assert.equal(row.status, 'skipped');
      assert.equal(row.skip_reason, `year-round exclusion (${state})`);
    }
  });
}

test('e-mails within the window are skipped, those outside it are sent', () => {
  const rows = scheduleContact(contactWith({ state: 'OR' }), 2026);
  const skipped = rows.filter((row) => row.status === 'skipped');
  assert.deepEqual(
    skipped.map((row) => row.email_type),
    ['birthday', 'newsletter_q3', 'birthday_follow_up'],
  );
  for (const row of skipped) assert.equal(row.skip_reason, 'birth_date window (OR)');
  assert.equal(rows.length - skipped.length, 8);
});
