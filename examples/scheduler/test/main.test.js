// @ts-check
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { existsSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { generateContacts } = require('../src/contacts');
const { WINDOWS } = require('../src/rules/exclusions');
const { tempFolder } = require('../testing/temp-folder');

const MAIN = join(__dirname, '..', 'src', 'main.js');

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function run(cwd, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('the command says what it scheduled: 10 e-mails a contact, 11 where there is an exclusion window', (t) => {
  const folder = tempFolder(t);
  const withWindow = generateContacts(1000).filter((contact) => contact.state in WINDOWS).length;
  assert.deepEqual(run(folder, 'mail.db', '--contacts', '1000', '--year', '2027'), {
    status: 0,
    stdout: `scheduled 10,${withWindow} e-mails for 1,000 contacts (2027)\n`,
    stderr: '',
  });
  assert.ok(existsSync(join(folder, 'mail.db')));
});

test('without arguments, it schedules 2026 for 10,000 contacts in working_copy.db', (t) => {
  const folder = tempFolder(t);
  const { status, stdout } = run(folder);
  assert.equal(status, 0);
  assert.match(stdout, /^scheduled \d{2,3},\d{3} e-mails for 10,000 contacts \(2026\)\n$/);
  assert.ok(existsSync(join(folder, 'working_copy.db')));
});

for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
  [['--year', 'soon'], /--year takes a whole number from 2000 to 2999, not "soon"/],
  [['--year', '1999'], /--year takes a whole number/],
  [['--year', '2026.5'], /--year takes a whole number/],
  [['--contacts', '0'], /--contacts takes a whole number from 1 to 1000000, not "0"/],
  [['--contacts'], /--contacts/],
  [['--month', '3'], /--month/],
  [['one.db', 'two.db'], /one database file at most, not 2/],
])) {
  test(`bad arguments: ${args.join(' ')}`, (t) => {
    const folder = tempFolder(t);
    const { status, stdout, stderr } = run(folder, ...args);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, /^usage: node src\/main\.js /m);
    assert.equal(existsSync(join(folder, 'working_copy.db')), false);
  });
}

test('a file that is no database is refused', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'letter.db'), 'Dear Ada, this is not a database. '.repeat(100));
  const { status, stderr } = run(folder, 'letter.db');
  assert.equal(status, 1);
  assert.equal(stderr, 'scheduler: cannot open letter.db: file is not a database\n');
});

test('a file in a missing folder is refused', (t) => {
  const { status, stderr } = run(tempFolder(t), join('nowhere', 'working_copy.db'));
  assert.equal(status, 1);
  assert.match(stderr, /^scheduler: cannot open nowhere.working_copy\.db: .*directory does not exist\n$/);
});
