import fs from 'node:fs';
import path from 'node:path';
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { wordsForNx } from './words-for-nx';

const TARGETS = Object.fromEntries(
  ['init', 'push', 'pull', 'diff', 'verify', 'status'].map((name) => [
    `turso-${name}`,
    {
      executor: `turso-sync-plugin:${name}`,
      options: {},
      configurations: { staging: { env: 'staging' } },
    },
  ]),
);

/** Returns the advice of a task after translation. */
function translate(
  text: string,
  options: { readonly env?: string } = {},
  targets: Readonly<Record<string, TargetConfiguration>> = TARGETS,
  root = 'apps/mailer',
): string {
  const context = {
    projectName: 'mailer',
    targetName: 'turso-push',
    projectsConfigurations: { version: 2, projects: { mailer: { root, targets } } },
  } as unknown as ExecutorContext;
  return wordsForNx(options, context)(text);
}

test.each([
  ['Run `turso-sync dump-init` first.', 'Run `nx run mailer:turso-init` first.'],
  ['`turso-sync dump-init --force`', '`nx run mailer:turso-init --force`'],
  ['`turso-sync init --from app.db`', '`nx run mailer:turso-init --from app.db`'],
  [
    '`turso-sync push --resume=repeat`, or `turso-sync pull`',
    '`nx run mailer:turso-push --resume=repeat`, or `nx run mailer:turso-pull`',
  ],
  ['`turso-sync push --env staging --force`', '`nx run mailer:turso-push:staging --force`'],
  ['`turso-sync push --env=staging`', '`nx run mailer:turso-push:staging`'],
  ['`turso-sync undo --list`', '`cd apps/mailer && npx turso-sync undo --list`'],
  ["was 'turso-sync push'", "was 'turso-sync push'"],
  [
    'Then:\n  turso-sync pull --merge=cells   merges',
    'Then:\n  nx run mailer:turso-pull --merge=cells   merges',
  ],
  ['Then:\n  turso-sync pull', 'Then:\n  nx run mailer:turso-pull'],
  ['    turso-sync pull', '    turso-sync pull'],
])('%s', (text, expected) => {
  expect(translate(text)).toBe(expected);
});

test('the environment of the task is kept, as a configuration if there is one', () => {
  expect(translate('`turso-sync pull`', { env: 'staging' })).toBe('`nx run mailer:turso-pull:staging`');
  expect(translate('`turso-sync pull`', { env: 'other' })).toBe(
    '`cd apps/mailer && npx turso-sync pull --env other`',
  );
  expect(translate('`turso-sync undo`', { env: 'staging' }, {}, '.')).toBe(
    '`npx turso-sync undo --env staging`',
  );
});

test('the configuration is named, although Nx 21 has put its options into the target', () => {
  const [push] = Object.values(TARGETS);
  const targets = {
    'turso-push': { ...push, executor: 'turso-sync-plugin:push', options: { env: 'staging' } },
  };
  expect(translate('`turso-sync push`', { env: 'staging' }, targets)).toBe(
    '`nx run mailer:turso-push:staging`',
  );
});

test('targets are found by what they do, under their names, old executors too', () => {
  const targets = { 'db-sync': { executor: 'turso-sync-plugin:dump-push' } };
  expect(translate('`turso-sync push`', {}, targets)).toBe('`nx run mailer:db-sync`');
});

test('where several do the same, the one of the same environment is named', () => {
  const targets = {
    ...TARGETS,
    'test-pull': { executor: 'turso-sync-plugin:pull', options: { env: 'test' } },
  };
  expect(translate('`turso-sync pull`', { env: 'test' }, targets)).toBe('`nx run mailer:test-pull`');
});

test('turso-core gives its advice in the form that is translated', () => {
  const sources = path.join(__dirname, '..', '..', '..', 'turso-core', 'src');
  const files = (fs.readdirSync(sources, { recursive: true }) as string[]).filter(
    // The command's own help never appears in Nx.
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('cli'),
  );
  const lines = files.flatMap((file) => fs.readFileSync(path.join(sources, file), 'utf8').split('\n'));
  const advice = lines.filter(
    (line) => !/^\s*(\/?\*|\/\/)/.test(line) && /turso-sync (dump-|init|push|pull)/.test(line),
  );
  expect(advice.length).toBeGreaterThan(10);
  for (const line of advice)
    expect(line).toMatch(/^(?:(?!turso-sync (?:dump-|init|push|pull)).|(?:`|' {2})turso-sync )*$/);
});
