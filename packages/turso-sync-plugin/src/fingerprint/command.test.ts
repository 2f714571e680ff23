import path from 'node:path';
import { fingerprintCommand } from './command';

const variables = { url: 'TURSO_DATABASE_URL', authToken: 'TURSO_AUTH_TOKEN' };
const PACKAGE = path.join(__dirname, '..', '..');

test('the path is relative to the workspace, so that clones of it agree', () => {
  const command = (workspaceRoot: string): string =>
    fingerprintCommand({ workspaceRoot, projectRoot: 'apps/mailer', target: 'turso-snapshot', variables });
  expect(command(PACKAGE)).toBe(
    'node --no-warnings dist/fingerprint/main.js apps/mailer turso-snapshot TURSO_DATABASE_URL TURSO_AUTH_TOKEN',
  );
  expect(command(path.dirname(PACKAGE))).toContain(` ${path.basename(PACKAGE)}/dist/fingerprint/main.js `);
});

test('what a shell would take apart is quoted', () => {
  const command = fingerprintCommand({
    workspaceRoot: PACKAGE,
    projectRoot: 'apps/e-mail & "more" $HOME',
    target: 'turso-snapshot',
    variables,
  });
  expect(command).toContain(' "apps/e-mail & \\"more\\" \\$HOME" ');
});
