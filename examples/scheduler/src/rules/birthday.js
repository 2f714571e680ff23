// @ts-check
'use strict';

const { anniversaryOf } = require('../calendar');

/** @typedef {import('../contacts').Contact} Contact */
/** @typedef {import('./email-types').Email} Email */

const DAYS_BEFORE = 14;

/**
 * The e-mail for the contact's birthday in a year.
 * @param {Contact} contact
 * @param {number} year
 * @returns {Email[]}
 */
function birthdayEmails(contact, year) {
  const birthday = anniversaryOf(contact.birth_date, year);
  return birthday === null ? [] : [{ type: 'birthday', day: birthday - DAYS_BEFORE }];
}

module.exports = { birthdayEmails };
