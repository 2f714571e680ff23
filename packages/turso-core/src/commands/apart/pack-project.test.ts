import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { makeTempDir, writeFiles } from '@turso-sync/testing';
import { loadProject } from '../../project/load-project';
import type { Project } from '../../project/project';
import { packProject, unpackProject } from './pack-project';

const arrive = (project: Project): Project => unpackProject(deserialize(serialize(packProject(project))));

test.each(['file:remote.db', 'libsql://name.turso.io', 'ftp://wrong', ''])(
  'a project with the URL "%s" arrives with its files, address and token',
  async (url) => {
    const project = await loadProject({ variables: { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: 'secret' } });
    const arrived = arrive(project);
    expect(JSON.stringify(arrived)).toBe(JSON.stringify(project));
    expect(outcome(() => arrived.address())).toEqual(outcome(() => project.address()));
    expect(arrived.authToken()).toBe('secret');
  },
);

test('its siblings arrive too, and know one another', async () => {
  const cwd = makeTempDir();
  const environments = { staging: { urlVariable: 'STAGING_URL' }, elsewhere: { stateDir: 'other' } };
  writeFiles(cwd, { 'turso-sync.config.json': JSON.stringify({ environments }) });
  const variables = { TURSO_DATABASE_URL: 'file:remote.db', STAGING_URL: 'file:staging.db' };
  const arrived = arrive(await loadProject({ cwd, variables }));
  const [staging, ...others] = arrived.siblings();
  expect(others).toEqual([]);
  expect(staging?.address()).toMatchObject({ file: path.join(cwd, 'staging.db') });
  expect(staging?.siblings().map(({ environment }) => environment)).toEqual([null]);
});

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return JSON.stringify(error);
  }
}
