import path from 'node:path';
import type { Project } from 'turso-core/own-process';
import type { Environments } from '../configurations/load-environments';
import { fingerprintCommand, parseVariablesWord } from './command';

function project(
  url: string,
  authToken: string,
  exclude: readonly string[] = [],
  encryptionKey: string | null = null,
): Project {
  return { variables: { url, authToken, encryptionKey }, exclude } as Project;
}

const environments: Environments = {
  base: project('TURSO_DATABASE_URL', 'TURSO_AUTH_TOKEN'),
  named: new Map([['staging', project('STAGING_URL', 'STAGING_TOKEN')]]),
};
const PACKAGE = path.join(__dirname, '..', '..');

test('the path is relative to the workspace, so that clones of it agree', () => {
  const command = (workspaceRoot: string): string =>
    fingerprintCommand({ workspaceRoot, projectRoot: 'apps/mailer', target: 'turso-snapshot', environments });
  expect(command(PACKAGE)).toBe(
    'node --no-warnings dist/fingerprint/main.js apps/mailer turso-snapshot =TURSO_DATABASE_URL,TURSO_AUTH_TOKEN staging=STAGING_URL,STAGING_TOKEN',
  );
  expect(command(path.dirname(PACKAGE))).toContain(` ${path.basename(PACKAGE)}/dist/fingerprint/main.js `);
});

test('what a shell would take apart is quoted', () => {
  const command = fingerprintCommand({
    workspaceRoot: PACKAGE,
    projectRoot: 'apps/e-mail & "more" $HOME',
    target: 'turso-snapshot',
    environments,
  });
  expect(command).toContain(' "apps/e-mail & \\"more\\" \\$HOME" ');
});

test.each(['', 'staging', 'a=b', 'two words'])(
  'the variables of the environment "%s" are read as written',
  (name) => {
    const named = new Map([[name, project('A_URL', '_B')]]);
    const command = fingerprintCommand({
      workspaceRoot: PACKAGE,
      projectRoot: 'apps/mailer',
      target: 'turso-snapshot',
      environments: { ...environments, named },
    });
    const [, word = ''] = /TURSO_AUTH_TOKEN "?([^"]*)"?$/.exec(command) ?? [];
    expect(parseVariablesWord(word)).toEqual({
      environment: name,
      url: 'A_URL',
      authToken: '_B',
      encryptionKey: null,
      exclude: [],
    });
  },
);

test.each([null, 'A_KEY'])(
  'what an environment excludes is read as written, also beside a key (%s)',
  (key) => {
    const exclude = ['cache_*', 'a,b c"$x', 'ä[!]'];
    const command = fingerprintCommand({
      workspaceRoot: PACKAGE,
      projectRoot: 'apps/mailer',
      target: 'turso-snapshot',
      environments: { base: project('A_URL', 'A_TOKEN', exclude, key), named: new Map() },
    });
    const word = command.split(' ').at(-1) ?? '';
    expect(word).toMatch(key === null ? /^=A_URL,A_TOKEN,[\w-]+$/ : /^=A_URL,A_TOKEN\+A_KEY,[\w-]+$/);
    const variables = { url: 'A_URL', authToken: 'A_TOKEN', encryptionKey: key };
    expect(parseVariablesWord(word)).toEqual({ environment: '', ...variables, exclude });
  },
);
