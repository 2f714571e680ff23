// @ts-check
'use strict';

const { dayNumber, dayOf, isoDateOf } = require('./calendar');
const { seededRandom } = require('./random');

/**
 * @typedef {object} Contact
 * @property {number} id
 * @property {string} email
 * @property {string} name
 * @property {string} state US state, two letters
 * @property {string} birth_date ISO date
 * @property {string} effective_date ISO date: when the contact's policy began
 */

const SEED = 2026;

/**
 * Invented contacts, the same ones each time. A shorter list is the beginning of a longer one.
 * @param {number} count
 * @returns {Contact[]}
 */
function generateContacts(count) {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, (_, index) => generateContact(index + 1, random));
}

/**
 * @param {number} id
 * @param {(below: number) => number} random
 * @returns {Contact}
 */
function generateContact(id, random) {
  const first = FIRST_NAMES[random(FIRST_NAMES.length)];
  const last = LAST_NAMES[random(LAST_NAMES.length)];
  return {
    id,
    email: `${first}.${last}.${id}@example.com`.toLowerCase(),
    name: `${first} ${last}`,
    state: STATES[random(STATES.length)],
    birth_date: isoDateOf(BIRTHS_FROM + random(BIRTHS_TO - BIRTHS_FROM + 1)),
    // Policies begin on the first of a month.
    effective_date: isoDateOf(dayNumber(2012 + random(13), 1 + random(12), 1)),
  };
}

const BIRTHS_FROM = dayOf('1936-01-01');
const BIRTHS_TO = dayOf('1960-12-31');

const STATES = (
  'AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS ' +
  'MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY'
).split(' ');

const FIRST_NAMES = (
  'Ada Albert Alice Anna Arthur Barbara Carl Carol Charles Clara David Diane Donald Dorothy Edith Edward ' +
  'Eleanor Elizabeth Emma Eric Frank Frances George Grace Harold Helen Henry Irene James Jane Jean John ' +
  'Joyce Judith Karen Kenneth Larry Linda Margaret Maria Martha Mary Nancy Patricia Paul Peter Ralph ' +
  'Raymond Richard Robert Roger Rose Ruth Samuel Sandra Sarah Shirley Susan Thomas Virginia Walter William'
).split(' ');

const LAST_NAMES = (
  'Adams Allen Anderson Baker Bell Brooks Brown Campbell Carter Clark Collins Cook Cooper Cox Davis Diaz ' +
  'Edwards Evans Fisher Flores Foster Garcia Gomez Gray Green Hall Harris Hill Howard Hughes Jackson ' +
  'Jenkins Johnson Jones Kelly King Lee Lewis Long Lopez Martin Miller Mitchell Moore Morgan Murphy Nelson ' +
  'Nguyen Parker Perez Phillips Price Reed Rivera Roberts Ross Scott Smith Taylor Turner Walker Ward Wood'
).split(' ');

module.exports = { generateContacts };
