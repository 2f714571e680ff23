import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull } from '../../errors';
import type { OnEvent } from '../../events';
import type { ProjectRemote } from '../../project/connect-to';
import { baselineFiles, type Project } from '../../project/project';
import { diskFull } from '../../project/state/disk';
import {
  isOfExclude,
  refuseNewer,
  soundBaseline,
  withExclude,
  writeManifest,
  type Manifest,
} from '../../project/state/manifest';
import { recoverDirectory, replaceDirectory } from '../../project/state/replace-directory';
import { withTemporary } from '../../project/state/temporary';
import { writeDumpFile } from '../../sqlite/dump/write-dump';
import { download } from './download';

/** How a snapshot is taken. */
export interface TakeOptions {
  /** Write the database as SQL too. Default is true. */
  readonly dump?: boolean | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/** Takes a snapshot under a lock that the caller holds. */
export async function takeSnapshot(
  project: Project,
  remote: ProjectRemote,
  { dump: isDumped = true, onEvent }: TakeOptions = {},
): Promise<Manifest> {
  const { directory, snapshot: target } = project.files;
  refuseNewer(target);
  try {
    return await withTemporary(directory, async (temporary) => {
      const files = baselineFiles(path.join(temporary, 'snapshot'));
      fs.mkdirSync(files.directory);
      const dump = path.join(files.directory, path.basename(target.dump));
      // Read before the snapshot: a write in between then makes it look stale, never fresh.
      const fingerprint = await remote.fingerprint();
      const taken = await download(remote, files.database, onEvent, async (options) => {
        if (isDumped) await writeDumpFile(files.database, dump, options);
      });
      const excluded = taken.leftOut.filter(({ owner }) => owner === null).map(({ name }) => name);
      const facts = {
        createdAt: new Date().toISOString(),
        remote: remote.location,
        identity: await remote.identify(),
        fingerprint,
        method: taken.method,
        setAside: taken.setAside,
        bytes: fs.statSync(files.database).size,
      };
      const manifest = writeManifest(files, withExclude(facts, project.exclude, excluded));
      replaceDirectory(files.directory, target.directory);
      return manifest;
    });
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error;
  }
}

/** The snapshot that is there, where it has the remote's mark, else a new one. */
export async function currentSnapshot(
  project: Project,
  remote: ProjectRemote,
  mark: string | null,
  onEvent?: OnEvent,
): Promise<Manifest> {
  recoverDirectory(project.files.snapshot.directory);
  const known = soundBaseline(project.files.snapshot);
  const isCurrent = mark !== null && known?.fingerprint === mark && known.remote === remote.location;
  return isCurrent && isOfExclude(known, project.exclude)
    ? known
    : takeSnapshot(project, remote, { onEvent });
}
