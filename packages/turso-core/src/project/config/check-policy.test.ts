import { TursoSyncError } from '../../errors';
import { checkConfig, settingsOf } from './config';

const FILE = '/app/turso-sync.config.json';

function errorOf(policy: unknown): TursoSyncError {
  try {
    checkConfig({ environments: { prod: { policy } } }, FILE);
  } catch (error) {
    if (error instanceof TursoSyncError) return error;
    throw error;
  }
  throw new Error('It did not throw');
}

test('takes every rule', () => {
  const policy = {
    maxDeletedRows: 0,
    maxDeletedPercent: 12.5,
    maxChangedRows: null,
    protectedTables: ['audit', 'odd name'],
    protectedColumns: ['people.mail', 'a.b.c'],
    requirePlan: true,
    allow: {
      deleteAllRows: true,
      dropTable: true,
      dropAllTables: false,
      dropColumn: false,
      changeSchema: true,
    },
  };
  expect(checkConfig({ policy }, FILE)).toEqual({ policy });
});

test.each<[unknown, string, string]>([
  [
    { maxDeletedRow: 1 },
    'Unknown key "environments.prod.policy.maxDeletedRow"',
    'Did you mean "maxDeletedRows"?',
  ],
  [{ toString: 1 }, 'policy.toString"', 'Allowed are maxDeletedRows'],
  [{ dropTable: true }, 'policy.dropTable"', 'Move "dropTable" into "environments.prod.policy.allow".'],
  [{ allow: { dropTables: true } }, 'policy.allow.dropTables"', 'Did you mean "dropTable"?'],
  [{ allow: { constructor: true } }, 'policy.allow.constructor"', 'Allowed are deleteAllRows'],
  [{ allow: { dropTable: 'yes' } }, 'policy.allow.dropTable"', 'See docs'],
  [{ allow: ['dropTable'] }, 'must be an object, not a list', 'See docs'],
  [[], 'must be an object of rules, not a list', 'See docs'],
  ['strict', 'must be an object of rules, not a string', 'See docs'],
  [null, 'must be an object of rules, not null', 'See docs'],
  ...[-1, 1.5, '5', true, Infinity, [], {}].map(
    (value) =>
      [{ maxDeletedRows: value }, 'must be a whole number of 0 and more, or null', 'See docs'] as [
        unknown,
        string,
        string,
      ],
  ),
  ...[-1, 101, NaN, '5'].map(
    (value) =>
      [{ maxDeletedPercent: value }, 'must be a number from 0 to 100, or null', 'See docs'] as [
        unknown,
        string,
        string,
      ],
  ),
  [{ requirePlan: 1 }, 'must be true or false', 'See docs'],
  [{ requirePlan: null }, 'must be true or false', 'See docs'],
  [{ protectedTables: 'audit' }, 'must be a list', 'See docs'],
  [{ protectedTables: [''] }, '"environments.prod.policy.protectedTables[0]" in', 'See docs/policy.md'],
  [{ protectedTables: ['a\0b'] }, 'must be a string without NUL', 'See docs'],
  [{ protectedColumns: ['mail'] }, 'must be a table and a column, such as "people.mail"', 'See docs'],
])('refuses %j', (policy, message, hint) => {
  const error = errorOf(policy);
  expect(error).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(message) as string,
  });
  expect(error.hint).toContain(hint);
});

test('rules of an environment are put over those at the top, one by one', () => {
  const config = {
    policy: { maxDeletedRows: 5, protectedTables: ['a'], allow: { dropTable: true, dropColumn: false } },
    environments: { prod: { policy: { maxDeletedRows: null, allow: { dropTable: false } } }, bare: {} },
  };
  expect(settingsOf(config, 'prod', FILE).policy).toEqual({
    maxDeletedRows: null,
    protectedTables: ['a'],
    allow: { dropTable: false, dropColumn: false },
  });
  expect(settingsOf(config, 'bare', FILE).policy).toEqual(config.policy);
});
