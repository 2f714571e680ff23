// @ts-check
'use strict';

/**
 * An e-mail that a rule asks for, before exclusions and priorities.
 * @typedef {object} Email
 * @property {EmailType} type
 * @property {number} day when to send it (see calendar.js)
 * @property {Email} [follows] the e-mail that this one follows up
 */

/** @typedef {keyof typeof EMAIL_TYPES} EmailType */

/**
 * Every kind of e-mail. A contact gets each at most once a year, so `number` makes the row's id.
 * `priority` 1 is the most important; a follow-up comes after everything that can be followed up.
 */
const EMAIL_TYPES = Object.freeze({
  birthday: { number: 1, priority: 3, sendTime: '08:30:00' },
  anniversary: { number: 2, priority: 2, sendTime: '08:30:00' },
  aep: { number: 3, priority: 4, sendTime: '08:30:00' },
  post_window: { number: 4, priority: 1, sendTime: '08:30:00' },
  newsletter_q1: { number: 11, priority: 5, sendTime: '11:00:00' },
  newsletter_q2: { number: 12, priority: 5, sendTime: '11:00:00' },
  newsletter_q3: { number: 13, priority: 5, sendTime: '11:00:00' },
  newsletter_q4: { number: 14, priority: 5, sendTime: '11:00:00' },
  birthday_follow_up: { number: 21, priority: 7, sendTime: '15:30:00' },
  anniversary_follow_up: { number: 22, priority: 6, sendTime: '15:30:00' },
  aep_follow_up: { number: 23, priority: 8, sendTime: '15:30:00' },
});

module.exports = { EMAIL_TYPES };
