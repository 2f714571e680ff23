import type { Project } from 'turso-core/own-process';
import { checkInputs } from './check-key/command';
import { snapshotCaching } from './fingerprint/snapshot-caching';
import { nodeCommand } from './node-command';

// Node has the paths of Windows on every system.
jest.mock('node:path', () => jest.requireActual<typeof import('node:path')>('node:path').win32);

const WORKSPACE = 'D:\\work';

function project(folder: string): Project {
  return {
    variables: { url: 'TURSO_DATABASE_URL', authToken: 'TURSO_AUTH_TOKEN', encryptionKey: null },
    exclude: [],
    workingCopy: `${folder}\\working_copy.db`,
    checks: { folder: `${folder}\\checks` },
    files: { snapshot: { directory: `${folder}\\.turso\\default\\snapshot` } },
  } as unknown as Project;
}

const environments = (folder: string): { base: Project; named: Map<string, Project> } => ({
  base: project(folder),
  named: new Map(),
});
const caching = (folder: string): ReturnType<typeof snapshotCaching> =>
  snapshotCaching({
    workspaceRoot: WORKSPACE,
    projectRoot: 'apps/mailer',
    target: 'turso-snapshot',
    environments: environments(folder),
  });

test('outputs and inputs have slashes, as Nx wants them', () => {
  expect(caching('D:\\work\\apps\\mailer')?.folder).toBe('apps/mailer/.turso/default/snapshot');
  const inputs = JSON.stringify(checkInputs(WORKSPACE, environments('D:\\work\\apps\\mailer')));
  expect(inputs).toContain('"{workspaceRoot}/apps/mailer/checks/**/*.sql"');
  expect(inputs).toContain('copy=apps/mailer/working_copy.db checks=apps/mailer/checks');
});

test.each(['D:\\elsewhere', 'E:\\work\\apps\\mailer'])('a snapshot in %s is not cached', (folder) => {
  expect(caching(folder)).toBeNull();
  expect(JSON.stringify(checkInputs(WORKSPACE, environments(folder)))).not.toContain('{workspaceRoot}');
});

test('the script of a command has slashes', () => {
  expect(nodeCommand(__dirname.replaceAll('/', '\\'), 'main.js', ['a b'])).toMatch(
    /^node --no-warnings [^\\]*dist\/main\.js "a b"$/,
  );
});
