// @ts-check
'use strict';

const { anniversaryOf } = require('../calendar');

/** @typedef {import('../contacts').Contact} Contact */
/** @typedef {import('./email-types').Email} Email */

const DAYS_BEFORE = 30;

/**
 * The e-mail for the anniversary of the contact's effective date in a year.
 * @param {Contact} contact
 * @param {number} year
 * @returns {Email[]}
 */
function anniversaryEmails(contact, year) {
  const anniversary = anniversaryOf(contact.effective_date, year);
  return anniversary === null ? [] : [{ type: 'anniversary', day: anniversary - DAYS_BEFORE }];
}

module.exports = { anniversaryEmails };
