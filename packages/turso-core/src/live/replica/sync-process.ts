/*
 * The process that keeps a replica up to date, started by ./syncer. It is separate because libSQL's client blocks its
 * thread while it waits for the server, without a limit. Some errors of the client end the whole process. It also
 * brings its own SQLite, and two must not open the same file in one process.
 */
import { pathToFileURL } from 'node:url';
import type { Client } from '@libsql/client';
import { createClient } from '@libsql/client/sqlite3';
import { endWithParent } from '../../end-with-parent';
import { isSound } from './is-sound';

/** A request to the process: check whether a file is a sound database, open the replica, or sync it. */
export type SyncRequest =
  | { readonly type: 'check'; readonly file: string }
  | {
      readonly type: 'open';
      readonly file: string;
      readonly url: string;
      readonly authToken: string | undefined;
    }
  | { readonly type: 'sync' };

/** The answer of the process. */
export type SyncAnswer =
  | { readonly ok: true; readonly frames: number; readonly frameNo: number; readonly isSound: boolean }
  | { readonly ok: false; readonly message: string };

// Only its user may read a replica.
process.umask(0o077);

let client: Client | undefined;

async function answer(request: SyncRequest): Promise<SyncAnswer> {
  try {
    if (request.type === 'check') return { ...DONE, isSound: isSound(request.file) };
    if (request.type === 'open') {
      const { file, url, authToken } = request;
      const token = authToken === undefined ? {} : { authToken };
      client = createClient({ url: pathToFileURL(file).href, syncUrl: url, ...token });
      return DONE;
    }
    if (client === undefined) throw new Error('it is not open');
    const replicated = await client.sync();
    return { ...DONE, frames: replicated?.frames_synced ?? 0, frameNo: replicated?.frame_no ?? 0 };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

const DONE = { ok: true, frames: 0, frameNo: 0, isSound: true } as const;

process.on('message', (request: SyncRequest) => {
  void answer(request).then((message) => process.send?.(message));
});
endWithParent();
