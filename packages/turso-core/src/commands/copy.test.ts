import fs from 'node:fs';
import path from 'node:path';
import { compareDatabases, editDatabase, makeTempDir } from '@turso-sync/testing';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import { Database } from '../sqlite/files/sqlite';
import { copy } from './copy';
import { init } from './init';

const DATA = "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, x'00')";

async function makeProject(sql = DATA): Promise<FileProject> {
  const project = await makeFileProject(sql);
  await init(project.project);
  return project;
}

function pageSizeOf(file: string): unknown {
  const db = new Database(file, { readonly: true });
  const size = db.pragma('page_size', { simple: true });
  db.close();
  return size;
}

describe('a copy of the working copy', () => {
  test('has what the app has committed, also while it writes, and is one file', async () => {
    const { project } = await makeProject();
    const app = new Database(project.workingCopy);
    app.pragma('journal_mode = WAL');
    app.exec("INSERT INTO t VALUES (3, 'c'); BEGIN; INSERT INTO t VALUES (4, 'open')");
    const to = path.join(makeTempDir(), 'copy.db');
    expect(await copy(project, { to })).toMatchObject({ file: to, remote: null });
    app.exec('ROLLBACK');
    app.close();
    expect(compareDatabases(to, project.workingCopy)).toEqual([]);
    expect(fs.readdirSync(path.dirname(to))).toEqual(['copy.db']);
  });

  test('has pages as libsql-server serves them, whatever those of the working copy are', async () => {
    const { project } = await makeProject(`PRAGMA page_size = 8192; ${DATA}`);
    expect(pageSizeOf(project.workingCopy)).toBe(8192);
    const to = path.join(makeTempDir(), 'copy.db');
    await copy(project, { to });
    expect(pageSizeOf(to)).toBe(4096);
    expect(compareDatabases(to, project.workingCopy)).toEqual([]);
  });

  test('replaces one that is there, and leaves it as it is if it cannot be made', async () => {
    const made = await makeProject();
    const { project } = made;
    const to = path.join(makeTempDir(), 'copy.db');
    await copy(project, { to });
    made.edit('DELETE FROM t');
    await copy(project, { to });
    expect(compareDatabases(to, project.workingCopy)).toEqual([]);
    const before = fs.readFileSync(to);
    fs.writeFileSync(project.workingCopy, 'no database at all, but long enough to be looked at. '.repeat(20));
    await expect(copy(project, { to })).rejects.toMatchObject({ code: 'WORKING_COPY_NOT_A_DATABASE' });
    fs.rmSync(project.workingCopy);
    await expect(copy(project, { to })).rejects.toMatchObject({ code: 'WORKING_COPY_MISSING' });
    expect(fs.readFileSync(to).equals(before)).toBe(true);
  });

  test('is a file of its own: writing to it changes nothing else', async () => {
    const { project } = await makeProject();
    const to = path.join(makeTempDir(), 'copy.db');
    await copy(project, { to });
    editDatabase(to, 'DELETE FROM t');
    expect(compareDatabases(to, project.workingCopy)).not.toEqual([]);
  });
});
