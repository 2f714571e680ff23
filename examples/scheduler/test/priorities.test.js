// @ts-check
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { generateContacts } = require('../src/contacts');
const { scheduleContact } = require('../src/schedule');
const { contactWith } = require('../testing/contact-with');

/**
 * Each e-mail's reason to be skipped, null for one that is sent.
 * @param {Partial<import('../src/contacts').Contact>} values
 * @returns {Record<string, string | null>}
 */
function reasonsOf(values) {
  const rows = scheduleContact(contactWith(values), 2026);
  return Object.fromEntries(rows.map((row) => [row.email_type, row.skip_reason]));
}

test('nothing is skipped where no two e-mails fall on the same day', () => {
  assert.ok(Object.values(reasonsOf({})).every((reason) => reason === null));
});

test('the birthday e-mail goes before a newsletter', () => {
  const reasons = reasonsOf({ birth_date: '1950-04-24' });
  assert.equal(reasons.birthday, null);
  assert.equal(reasons.newsletter_q2, 'same day as birthday');
});

test('the anniversary goes before the birthday, whose follow-up is then skipped as well', () => {
  // 15 November less 14 days and 1 December less 30 days are both 1 November.
  const reasons = reasonsOf({ birth_date: '1950-11-15', effective_date: '2015-12-01' });
  assert.equal(reasons.anniversary, null);
  assert.equal(reasons.birthday, 'same day as anniversary');
  assert.equal(reasons.birthday_follow_up, 'birthday was skipped');
});

test('the catch-up goes before everything else', () => {
  // The window ends on 9 July, 31 days after the birthday.
  const reasons = reasonsOf({ state: 'OR', birth_date: '1950-06-08' });
  assert.equal(reasons.post_window, null);
  assert.equal(reasons.newsletter_q3, 'same day as post_window');
});

test('a newsletter goes before a follow-up', () => {
  const reasons = reasonsOf({ birth_date: '1950-07-17' });
  assert.equal(reasons.newsletter_q3, null);
  assert.equal(reasons.birthday_follow_up, 'same day as newsletter_q3');
});

test('an e-mail that is skipped itself takes no day from another', () => {
  // The birthday e-mail gives way to the anniversary on 8 October. Its follow-up would be on 15 October, and is
  // more important than that of the enrolment on the same day.
  const reasons = reasonsOf({ birth_date: '1950-10-22', effective_date: '2015-11-07' });
  assert.equal(reasons.birthday, 'same day as anniversary');
  assert.equal(reasons.birthday_follow_up, 'birthday was skipped');
  assert.equal(reasons.aep_follow_up, null);
});

test('a follow-up in January knows that its e-mail of December was skipped', () => {
  // The birthday e-mail and the anniversary one both fall on 28 December, the follow-up on 4 January.
  const reasons = reasonsOf({ birth_date: '1950-01-11', effective_date: '2015-01-27' });
  assert.equal(reasons.birthday_follow_up, 'birthday was skipped');
});

test('no contact gets two e-mails on one day', () => {
  for (const contact of generateContacts(2000)) {
    const sent = scheduleContact(contact, 2026).filter((row) => row.status === 'pre-scheduled');
    assert.equal(
      new Set(sent.map((row) => row.scheduled_send_date)).size,
      sent.length,
      `contact ${contact.id}`,
    );
  }
});

for (const year of [2026, 2027, 2028]) {
  test(`every contact gets every kind of e-mail at most once, on days of ${year}`, () => {
    for (const contact of generateContacts(2000)) {
      const rows = scheduleContact(contact, year);
      assert.equal(new Set(rows.map((row) => row.id)).size, rows.length, `contact ${contact.id}`);
      assert.ok(rows.length === 10 || rows.length === 11, `contact ${contact.id}: ${rows.length} rows`);
      assert.ok(rows.every((row) => row.scheduled_send_date.startsWith(`${year}-`)));
    }
  });
}
