// @ts-check
'use strict';

const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');
const { BUILT_CONTACTS, DEFAULT_CONTACTS } = require('./contact-list');
const { generateContacts } = require('./contacts');

const file = process.argv[2] ?? BUILT_CONTACTS;
// One contact a line, so that a change of the generator shows as a readable diff.
const lines = generateContacts(DEFAULT_CONTACTS).map((contact) => JSON.stringify(contact));

mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
