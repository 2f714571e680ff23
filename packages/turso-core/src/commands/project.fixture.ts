import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import { openReadOnly, using } from '../sqlite/files/open';
import { loadProject } from '../project/load-project';
import type { Project } from '../project/project';

/** A project and its remote, which is a file. */
export interface FileProject {
  readonly project: Project;
  readonly remote: string;
  /** Runs SQL on the remote, as someone else. */
  editRemote(sql: string): void;
  /** Reads all rows of a query on the remote. */
  queryRemote(sql: string): unknown[][];
  /** Runs SQL on the working copy, as the app. */
  edit(sql: string): void;
}

/** Makes a project whose remote is built by SQL. */
export async function makeFileProject(sql: string): Promise<FileProject> {
  const dir = makeTempDir('project-');
  const remote = path.join(dir, 'remote.db');
  buildDatabase(remote, sql);
  const project = await loadProject({ cwd: dir, variables: { TURSO_DATABASE_URL: 'file:remote.db' } });
  return {
    project,
    remote,
    editRemote: (script) => editDatabase(remote, script),
    queryRemote: (query) => using(openReadOnly(remote), (db) => db.prepare(query).raw().all() as unknown[][]),
    edit: (script) => editDatabase(project.workingCopy, script),
  };
}
