// @ts-check
'use strict';

const { dayNumber } = require('../calendar');

/** @typedef {import('./email-types').Email} Email */

/**
 * The e-mails that everybody gets on the same day: the annual enrolment period (AEP) and the newsletters.
 * @param {number} year
 * @returns {Email[]}
 */
function campaignEmails(year) {
  return [
    { type: 'aep', day: dayNumber(year, 9, 15) },
    { type: 'newsletter_q1', day: dayNumber(year, 1, 10) },
    { type: 'newsletter_q2', day: dayNumber(year, 4, 10) },
    { type: 'newsletter_q3', day: dayNumber(year, 7, 10) },
    { type: 'newsletter_q4', day: dayNumber(year, 10, 10) },
  ];
}

module.exports = { campaignEmails };
