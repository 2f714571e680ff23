// @ts-check
'use strict';

/** @typedef {import('./email-types').Email} Email */

/**
 * The second e-mails, some days after the first ones.
 * @param {Email[]} emails
 * @returns {Email[]}
 */
function followUpEmails(emails) {
  return emails.flatMap((email) => {
    switch (email.type) {
      case 'birthday':
        return { type: 'birthday_follow_up', day: email.day + 7, follows: email };
      case 'anniversary':
        return { type: 'anniversary_follow_up', day: email.day + 14, follows: email };
      case 'aep':
        return { type: 'aep_follow_up', day: email.day + 30, follows: email };
      default:
        return [];
    }
  });
}

module.exports = { followUpEmails };
