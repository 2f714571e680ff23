import fs from 'node:fs';
import path from 'node:path';
import { execOn, requireTool, startSqld } from '@turso-sync/testing';
import type { StatusResult } from '../../src/commands/status';
import { openLive } from '../live/built.fixture';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';

const testWithSqld = requireTool('sqld') ? test : test.skip;

async function statusOf(project: TestProject): Promise<StatusResult> {
  return (await project.json<{ result: StatusResult }>('status')).result;
}

describe('status tells which way of working a folder is in', () => {
  testWithSqld('a working copy, a live connection, and back', async () => {
    const server = await startSqld();
    try {
      await execOn(server, 'CREATE TABLE t (v)');
      const project = makeProject(server);
      expect((await statusOf(project)).mode).toBe('uninitialized');
      expect((await project.run('status')).stdout).toContain(
        'Mode          none yet (neither a replica nor a working copy)\n',
      );
      await project.run('dump-init');
      expect((await statusOf(project)).mode).toBe('working-copy');
      expect((await project.run('status')).stdout).toContain('Mode          working copy\n');

      const replica = project.file('.turso/live/replica.db');
      const live = await openLive({ url: server.url, replica });
      await live.close();
      expect(await statusOf(project)).toMatchObject({ mode: 'live-connection', replica: { path: replica } });
      const text = (await project.run('status')).stdout;
      expect(text).toContain('Mode          live connection\n');
      expect(text).toContain(`Replica       ${replica}: `);

      fs.rmSync(path.dirname(replica), { recursive: true });
      expect((await statusOf(project)).mode).toBe('working-copy');
    } finally {
      await server.stop();
    }
  });

  testWithSqld('while the live connection is open, without getting into its way', async () => {
    const server = await startSqld();
    const project = makeProject(server);
    const live = await openLive({ url: server.url, replica: project.file('.turso/live/replica.db') });
    try {
      const status = await statusOf(project);
      expect(status.mode).toBe('live-connection');
      // It needs no working copy.
      expect(status.next).toEqual([]);
      await live.execute('CREATE TABLE t (v)');
      expect((await live.query('SELECT count(*) FROM t')).rows).toEqual([{ 'count(*)': 0n }]);
    } finally {
      await live.close();
      await server.stop();
    }
  });

  test.each<[string, Record<string, string>, StatusResult['mode']]>([
    ['an empty replica', { 'replica.db': '', 'replica.db-client_wal_index': 'x' }, 'live-connection'],
    ['a database without the metadata of libSQL', { 'replica.db': 'x' }, 'uninitialized'],
    ['such metadata alone', { 'replica.db-client_wal_index': 'x' }, 'uninitialized'],
    ['metadata that is empty', { 'replica.db': 'x', 'replica.db-client_wal_index': '' }, 'uninitialized'],
  ])('by the files that are there: %s', async (_, files, mode) => {
    for (const [place, folder] of [
      ['', '.turso/live/'],
      ['TURSO_REPLICA_PATH=data/replica.db', 'data/'],
    ] as const) {
      const project = makeProject(undefined, {
        '.env': `TURSO_DATABASE_URL=file:remote.db\n${place}\n`,
        ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}${name}`, text])),
      });
      expect((await statusOf(project)).mode).toBe(mode);
    }
  });
});
