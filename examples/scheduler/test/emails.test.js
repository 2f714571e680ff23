// @ts-check
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { scheduleContact } = require('../src/schedule');
const { contactWith } = require('../testing/contact-with');

/**
 * @param {Partial<import('../src/contacts').Contact>} values
 * @param {number} year
 * @param {string} type
 */
function datesOf(values, year, type) {
  return scheduleContact(contactWith(values), year)
    .filter((row) => row.email_type === type)
    .map((row) => row.scheduled_send_date);
}

test('the birthday e-mail goes out 14 days before the birthday', () => {
  assert.deepEqual(datesOf({ birth_date: '1950-06-20' }, 2026, 'birthday'), ['2026-06-06']);
});

test('a birthday on 29 February counts as 28 February in a common year', () => {
  assert.deepEqual(datesOf({ birth_date: '1948-02-29' }, 2026, 'birthday'), ['2026-02-14']);
  assert.deepEqual(datesOf({ birth_date: '1948-02-29' }, 2028, 'birthday'), ['2028-02-15']);
});

test('a birthday in early January is written about in December', () => {
  assert.deepEqual(datesOf({ birth_date: '1950-01-14' }, 2026, 'birthday'), ['2026-12-31']);
  assert.deepEqual(datesOf({ birth_date: '1950-01-15' }, 2026, 'birthday'), ['2026-01-01']);
});

test('the anniversary e-mail goes out 30 days before the day the policy began', () => {
  assert.deepEqual(datesOf({ effective_date: '2015-12-01' }, 2026, 'anniversary'), ['2026-11-01']);
  assert.deepEqual(datesOf({ effective_date: '2016-02-29' }, 2026, 'anniversary'), ['2026-01-29']);
  assert.deepEqual(datesOf({ effective_date: '2016-02-29' }, 2028, 'anniversary'), ['2028-01-30']);
});

test('a policy has its first anniversary a year after it began', () => {
  const effective_date = '2026-05-01';
  assert.deepEqual(datesOf({ effective_date }, 2026, 'anniversary'), []);
  assert.deepEqual(datesOf({ effective_date }, 2027, 'anniversary'), ['2027-04-01']);
});

test('everybody gets the enrolment e-mail in September and four newsletters', () => {
  assert.deepEqual(datesOf({}, 2026, 'aep'), ['2026-09-15']);
  assert.deepEqual(datesOf({}, 2026, 'newsletter_q1'), ['2026-01-10']);
  assert.deepEqual(datesOf({}, 2026, 'newsletter_q2'), ['2026-04-10']);
  assert.deepEqual(datesOf({}, 2026, 'newsletter_q3'), ['2026-07-10']);
  assert.deepEqual(datesOf({}, 2026, 'newsletter_q4'), ['2026-10-10']);
});

test('follow-ups come 7, 14 and 30 days after their e-mails', () => {
  assert.deepEqual(datesOf({}, 2026, 'birthday_follow_up'), ['2026-06-13']);
  assert.deepEqual(datesOf({}, 2026, 'anniversary_follow_up'), ['2026-11-15']);
  assert.deepEqual(datesOf({}, 2026, 'aep_follow_up'), ['2026-10-15']);
});

test('a follow-up in January belongs to the e-mail of last December', () => {
  // The birthday e-mails go out on 27 December, 14 days before 10 January.
  assert.deepEqual(datesOf({ birth_date: '1950-01-10' }, 2026, 'birthday'), ['2026-12-27']);
  assert.deepEqual(datesOf({ birth_date: '1950-01-10' }, 2026, 'birthday_follow_up'), ['2026-01-03']);
});

test('the catch-up goes out on the first day after the exclusion window, only where there is one', () => {
  assert.deepEqual(datesOf({ state: 'OR', birth_date: '1950-06-20' }, 2026, 'post_window'), ['2026-07-22']);
  assert.deepEqual(datesOf({ state: 'MO', effective_date: '2015-12-01' }, 2026, 'post_window'), [
    '2026-01-04',
  ]);
  assert.deepEqual(datesOf({ state: 'TX' }, 2026, 'post_window'), []);
  assert.deepEqual(datesOf({ state: 'NY' }, 2026, 'post_window'), []);
});

test('a row says all about one e-mail', () => {
  const [birthday] = scheduleContact(contactWith({ id: 42 }), 2026);
  assert.deepEqual(birthday, {
    id: 4201,
    contact_id: 42,
    email_type: 'birthday',
    scheduled_send_date: '2026-06-06',
    scheduled_send_time: '08:30:00',
    priority: 3,
    status: 'pre-scheduled',
    skip_reason: null,
  });
});
