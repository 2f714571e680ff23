import { copyFileSync, cpSync, rmSync } from 'node:fs';
import { readManifest } from '../workspace/manifest';
import type { Project } from '../workspace/project';
import { beginPush } from '../workspace/push-journal';
import { connectTo } from './connect-to';
import { push } from './push';

/** Leaves everything as a push does that dies once its journal is written. */
export async function cutOffPush(
  project: Project,
  how: 'before it is sent' | 'before its answer comes',
): Promise<void> {
  const { files, workingCopy } = project;
  const remote = connectTo(project);
  const fingerprint = await remote.fingerprint();
  await remote.close();
  const [frozen, old] = [`${files.directory}/frozen.db`, `${files.directory}/old`];
  copyFileSync(workingCopy, frozen);
  cpSync(files.base.directory, old, { recursive: true });
  const base = readManifest(files.base)?.createdAt ?? '';
  if (how === 'before its answer comes') {
    expect(await push(project)).toMatchObject({ status: 'pushed' });
    rmSync(files.base.directory, { recursive: true });
    cpSync(old, files.base.directory, { recursive: true });
  }
  rmSync(old, { recursive: true });
  beginPush(files, frozen, { remote: remote.location, fingerprint, base });
}
