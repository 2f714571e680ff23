import { makeWorkspace } from '../workspace.fixture';
import { taskVariables } from './task-variables';

const task = { projectRoot: 'apps/mailer', target: 'turso-snapshot' };

/** Returns a task's value of URL, given these files and that environment. */
function urlOf(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  configuration?: string,
): unknown {
  const workspaceRoot = makeWorkspace(files);
  const once = taskVariables({ ...task, workspaceRoot, environment, configuration });
  // Later versions of Nx ask with the environment of the task itself.
  expect(taskVariables({ ...task, workspaceRoot, environment: once, configuration })['URL']).toBe(
    once['URL'],
  );
  return once['URL'];
}

test('the environment goes before every file', () => {
  expect(urlOf({ 'apps/mailer/.env': 'URL=file' }, { URL: 'shell' })).toBe('shell');
});

// From first to last: the first file with the variable wins.
const FILES = [
  'apps/mailer/.env.turso-snapshot.local',
  'apps/mailer/.env.turso-snapshot',
  'apps/mailer/.turso-snapshot.local.env',
  'apps/mailer/.turso-snapshot.env',
  'apps/mailer/.env.local',
  'apps/mailer/.local.env',
  'apps/mailer/.env',
  '.env.turso-snapshot.local',
  '.env.turso-snapshot',
  '.turso-snapshot.local.env',
  '.turso-snapshot.env',
  '.env.local',
  '.local.env',
  '.env',
];

test.each(FILES.map((file, i) => [file, i] as const))('%s goes before those after it', (file, i) => {
  const files = Object.fromEntries(FILES.slice(i).map((name) => [name, `URL=${name}`]));
  expect(urlOf(files)).toBe(file);
});

const OF_STAGING = ['turso-snapshot.staging', 'staging'].flatMap((word) => [
  `.env.${word}.local`,
  `.env.${word}`,
  `.${word}.local.env`,
  `.${word}.env`,
]);

test.each(OF_STAGING)('with a configuration, %s goes before those without one, and only then', (file) => {
  for (const folder of ['apps/mailer/', '']) {
    const files = {
      [`${folder}${file}`]: 'URL=staging',
      [`${folder}.env.turso-snapshot.local`]: 'URL=target',
      '.env': 'URL=root',
    };
    expect(urlOf(files, {}, 'staging')).toBe('staging');
    expect(urlOf(files)).toBe('target');
    expect(urlOf(files, {}, 'test')).toBe('target');
  }
});

test('what Nx has read from the root when it started does not go before the files of the project', () => {
  const files = { '.env': 'URL=root', 'apps/mailer/.env': 'URL=project' };
  expect(urlOf(files, { URL: 'root' })).toBe('project');
});

test('without the files of Nx, that beside the config is read', () => {
  const files = {
    '.env': 'URL=root',
    'apps/mailer/.env.local': 'URL=local',
    'apps/mailer/.env': 'URL=project',
  };
  expect(urlOf(files, { NX_LOAD_DOT_ENV_FILES: 'false', URL: 'root' })).toBe('project');
});
