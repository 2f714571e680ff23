import { findConfiguration } from './find-configuration';

const projects = {
  '@acme/mailer': { targets: { 'turso-push': {}, 'db:push': {} } },
  app: { targets: { 'turso-push': {}, db: {}, 'db:push': {}, build: {} } },
  ':gradle:app': { targets: { build: {} } },
  empty: {},
};

test.each([
  ['', undefined],
  ['staging', 'staging'],
  ['app:turso-push', undefined],
  ['app:turso-push:staging', 'staging'],
  ['app:db:push', undefined],
  ['app:db:staging', 'staging'],
  ['app:db:push:staging', 'staging'],
  ['app:turso-push:a:b', 'a:b'],
  ['@acme/mailer:turso-push:staging', 'staging'],
  ['mailer:turso-push', undefined],
  ['mailer:db:push', undefined],
  ['mailer:turso-push:staging', 'staging'],
  [':gradle:app:build', undefined],
  [':gradle:app:build:staging', 'staging'],
  ['turso-push:staging', 'staging'],
])('%s asks for %s', (asked, expected) => {
  expect(findConfiguration(asked, projects)).toBe(expected);
});
