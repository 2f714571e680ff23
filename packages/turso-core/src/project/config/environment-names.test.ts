import { TursoSyncError } from '../../errors';
import { checkEnvironmentNames } from './environment-names';

function refusalOf(...names: string[]): string | null {
  try {
    checkEnvironmentNames(names, 'the.config');
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(TursoSyncError);
    const { code, message } = error as TursoSyncError;
    expect(code).toBe('CONFIG_INVALID');
    return message;
  }
}

test.each(['staging', 'Prod', 'eu-west_1', 'v1.2', '2'])('"%s" names an environment', (name) => {
  expect(refusalOf(name)).toBeNull();
});

test.each(['', '.', '..', '.git', '-x', 'a b', 'a/b', 'a\\b', 'é', 'a\0', 'x'.repeat(65)])(
  '%j cannot be a folder',
  (name) => {
    expect(refusalOf(name)).toMatch(/is not a valid name for an environment/);
  },
);

test.each(['default', 'Backups', 'LIVE', 'lock', 'lock.json', 'tmp-1-a', 'base', 'snapshot', 'push.db'])(
  '"%s" is used already',
  (name) => {
    expect(refusalOf(name)).toMatch(/is a name that turso-sync uses itself/);
  },
);

test('names that differ only in case are refused', () => {
  expect(refusalOf('prod', 'Prod')).toMatch(/"environments.Prod" .* differs from "prod" only in case/);
});

test.each(['x.', 'con', 'NUL', 'aux.eu', 'Com1', 'lpt9'])('"%s" cannot be a folder on Windows', (name) => {
  expect(refusalOf(name)).toMatch(/cannot be a folder on Windows/);
});
