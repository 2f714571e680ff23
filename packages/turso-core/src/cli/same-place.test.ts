import { inSamePlace } from './same-place';

test.each([
  [{}, 'Run `turso-sync push` now.', 'Run `turso-sync push` now.'],
  [{ env: 'staging' }, 'Run `turso-sync push` now.', 'Run `turso-sync push --env staging` now.'],
  [{ env: 'staging' }, '`turso-sync init --env staging --force`', '`turso-sync init --env staging --force`'],
  [{ env: 'staging' }, '`turso-sync init --env=other`', '`turso-sync init --env=other`'],
  [{ cwd: 'apps/a' }, '`turso-sync init --from x.db`', '`turso-sync init --cwd apps/a --from x.db`'],
  [
    { cwd: 'my app' },
    '`turso-sync diff`, `turso-sync push`',
    '`turso-sync diff --cwd "my app"`, `turso-sync push --cwd "my app"`',
  ],
  [{ cwd: "it's $1" }, '`turso-sync diff`', "`turso-sync diff --cwd 'it'\\''s $1'`"],
  [
    { cwd: 'a', config: 'c.json', env: 'e' },
    '`turso-sync diff`',
    '`turso-sync diff --cwd a --config c.json --env e`',
  ],
  [{ env: 'e' }, '  turso-sync undo --list  shows all', '  turso-sync undo --env e --list  shows all'],
  [{ env: 'e' }, "name='turso-sync push'", "name='turso-sync push'"],
])('advice of a run with %j: %s', (options, text, expected) => {
  expect(inSamePlace(options)(text)).toBe(expected);
});
