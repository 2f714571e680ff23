import { copyFileSync, cpSync, existsSync, rmSync } from 'node:fs';
import { readManifest } from '../project/state/manifest';
import type { Project } from '../project/project';
import { beginPush } from '../project/state/push-journal';
import { connectTo } from '../project/connect-to';
import { push } from './push';
import { undo } from './undo';

/**
 * Leaves everything as a push does that dies once its journal is written.
 *
 * @param of - the number of the push that it takes back, where it is an undo; only where the remote is a file.
 */
export async function cutOffPush(
  project: Project,
  how: 'before it is sent' | 'before its answer comes',
  of?: { readonly undo: number },
): Promise<void> {
  const { files, workingCopy } = project;
  const remote = connectTo(project);
  const fingerprint = await remote.fingerprint();
  await remote.close();
  const [frozen, old] = [`${files.directory}/frozen.db`, `${files.directory}-old`];
  cpSync(files.directory, old, { recursive: true });
  copyFileSync(workingCopy, frozen);
  const base = readManifest(files.base)?.createdAt ?? '';
  if (of !== undefined) {
    const address = project.address();
    const database = address.kind === 'file' ? address.file : '';
    copyFileSync(database, `${old}/remote.db`);
    expect(await undo(project, { push: of.undo })).toMatchObject({ status: 'undone' });
    copyFileSync(files.base.database, frozen);
    if (how === 'before it is sent') copyFileSync(`${old}/remote.db`, database);
  } else if (how === 'before its answer comes') {
    expect(await push(project)).toMatchObject({ status: 'pushed' });
  }
  for (const name of ['base', 'pushes']) {
    rmSync(`${files.directory}/${name}`, { recursive: true, force: true });
    if (existsSync(`${old}/${name}`))
      cpSync(`${old}/${name}`, `${files.directory}/${name}`, { recursive: true });
  }
  rmSync(old, { recursive: true });
  const purpose = of === undefined ? undefined : { undoes: of.undo };
  beginPush(files, frozen, { remote: remote.location, fingerprint, base, purpose });
}
