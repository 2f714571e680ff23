import type { Query, Remote, SnapshotTaken, SnapshotOptions } from '../remote';
import { setAsideFrom } from '../../local/set-aside';
import { joinFingerprint, readLogId, readReplicationIndex } from './fingerprint';
import { createHttpClient } from './http-client';
import { createReader } from './reader';
import { snapshotPages } from './snapshot-pages';
import { snapshotRows } from './snapshot-rows';
import { runTransaction } from './transaction';

/** libsql-server refuses larger rows and values ("string or blob too big"). */
const MAX_ROW_BYTES = 5_000_000;

/** The adapter for libsql-server and Turso, over the Hrana protocol on HTTP. */
export function createHttpRemote(url: URL, location: string, authToken?: string): Remote {
  const client = createHttpClient(url, location, authToken);
  const reader = createReader(client);
  let logId: string | null | undefined;

  return {
    location,
    maxRowBytes: MAX_ROW_BYTES,
    async fingerprint() {
      const [id, index] = await Promise.all([readLogId(client), readReplicationIndex(client)]);
      logId = id;
      return joinFingerprint(id, index);
    },
    snapshot: (file, options = {}) => reader.read((query) => takeSnapshot(query, file, options)),
    async transact(statements) {
      const { outcome, replicationIndex } = await runTransaction(client, statements);
      // Should the server have been started anew since, its log has another identity now, and the mark fits nothing.
      return outcome.committed && logId !== undefined
        ? { ...outcome, fingerprint: joinFingerprint(logId, replicationIndex) }
        : outcome;
    },
    read: (work, options) => reader.read(work, options),
    close() {
      reader.close();
      client.close();
      return Promise.resolve();
    },
  };
}

async function takeSnapshot(query: Query, file: string, options: SnapshotOptions): Promise<SnapshotTaken> {
  if (options.method !== 'rows' && (await snapshotPages(query, file, options.onProgress)))
    return { method: 'pages', setAside: setAsideFrom(file) };
  return { method: 'rows', setAside: await snapshotRows(query, file, options.onProgress) };
}
