import { asked, guessConfiguration, tellAsked } from './asked';

/** Returns the request of a command line, as the tasks of its run see it. */
function askedBy(line: string): string | undefined {
  tellAsked(['node', 'nx', ...line.split(' ')]);
  return asked(process.env);
}

test.each([
  ['run app:turso-push', 'app:turso-push'],
  ['run app:turso-push:staging', 'app:turso-push:staging'],
  ['app:turso-push:staging', 'app:turso-push:staging'],
  ['run --verbose app:turso-push:staging --dryRun', 'app:turso-push:staging'],
  ['run app:"db:push":staging', 'app:db:push:staging'],
  ['run app:turso-push -c staging', 'staging'],
  ['run app:turso-push -c=staging', 'staging'],
  ['run app:turso-push -cstaging', 'staging'],
  ['run app:turso-push --configuration staging', 'staging'],
  ['run app:turso-push --configuration=staging', 'staging'],
  ['run -c staging app:turso-push', 'staging'],
  ['run app:turso-push:test -c staging', 'staging'],
  ['run app:turso-push --prod', 'production'],
  ['turso-push app -c staging', 'staging'],
  ['turso-push app', ''],
  ['run turso-push', ''],
  ['run-many -t turso-push -p tag:scope:mail', ''],
  ['run-many -t turso-push -c staging', 'staging'],
  ['affected -t turso-push --configuration=staging --base=a:b:c', 'staging'],
  ['affected -t turso-push --cloud', ''],
  ['run app:turso-push -- -c staging', 'app:turso-push'],
])('%s', (line, expected) => {
  expect(askedBy(line)).toBe(expected);
});

test('the next run forgets what the one around it has asked for', () => {
  askedBy('run app:turso-push:staging');
  expect(askedBy('run-many -t build')).toBe('');
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['staging', 'staging'],
  ['app:turso-push', undefined],
  ['app:turso-push:staging', 'staging'],
  ['app:db:push', 'push'],
  ['turso-snapshot:staging', 'staging'],
  ['turso-push:staging', undefined],
])('without knowing the workspace, %s seems to mean %s', (text, expected) => {
  expect(guessConfiguration(text, 'turso-snapshot')).toBe(expected);
});
