// @ts-check
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { anniversaryOf } = require('../src/calendar');
const { contactList } = require('../src/contact-list');
const { generateContacts } = require('../src/contacts');
const { tempFolder } = require('../testing/temp-folder');

test('the generator gives the same contacts each time', () => {
  assert.deepEqual(generateContacts(500), generateContacts(500));
});

test('the first contacts are known, so that another machine or Node must give them too', () => {
  assert.deepEqual(generateContacts(2), [
    {
      id: 1,
      email: 'james.flores.1@example.com',
      name: 'James Flores',
      state: 'NV',
      birth_date: '1951-06-18',
      effective_date: '2013-03-01',
    },
    {
      id: 2,
      email: 'nancy.phillips.2@example.com',
      name: 'Nancy Phillips',
      state: 'IL',
      birth_date: '1937-01-24',
      effective_date: '2012-08-01',
    },
  ]);
});

test('a shorter list is the beginning of a longer one', () => {
  assert.deepEqual(generateContacts(1000).slice(0, 10), generateContacts(10));
});

test('10,000 contacts have valid dates, distinct addresses, all 51 states and birthdays on 29 February', () => {
  const contacts = generateContacts(10_000);
  assert.equal(new Set(contacts.map((contact) => contact.email)).size, 10_000);
  assert.equal(new Set(contacts.map((contact) => contact.state)).size, 51);
  assert.ok(contacts.some((contact) => contact.birth_date.endsWith('-02-29')));
  for (const { birth_date, effective_date } of contacts) {
    assert.notEqual(anniversaryOf(birth_date, 2026), null);
    assert.notEqual(anniversaryOf(effective_date, 2026), null);
  }
});

test('build writes what the generator gives', (t) => {
  const file = join(tempFolder(t), 'dist', 'contacts.json');
  execFileSync(process.execPath, [join(__dirname, '..', 'src', 'build.js'), file]);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), generateContacts(10_000));
});

test('the list comes from the built file where that holds enough, else from the generator', (t) => {
  const file = join(tempFolder(t), 'contacts.json');
  assert.deepEqual(contactList(2, file), generateContacts(2));
  const built = generateContacts(3).map((contact) => ({ ...contact, name: 'From The File' }));
  writeFileSync(file, JSON.stringify(built));
  assert.deepEqual(contactList(2, file), built.slice(0, 2));
  assert.deepEqual(contactList(4, file), generateContacts(4));
});
