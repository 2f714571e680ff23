// @ts-check
'use strict';

/** @typedef {import('../src/contacts').Contact} Contact */

/**
 * A contact in a state without exclusions, whose dates are far from each other and from every campaign.
 * @param {Partial<Contact>} values
 * @returns {Contact}
 */
function contactWith(values) {
  return {
    id: 7,
    email: 'ada.smith.7@example.com',
    name: 'Ada Smith',
    state: 'TX',
    birth_date: '1950-06-20',
    effective_date: '2015-12-01',
    ...values,
  };
}

module.exports = { contactWith };
