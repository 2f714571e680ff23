import type { ConnectOptions, Query, Remote, SnapshotTaken, SnapshotOptions } from '../remote';
import { randomUUID } from 'node:crypto';
import { setAsideFrom } from '../../local/set-aside';
import { dropStagingTables } from '../../local/staging';
import { joinFingerprint, readLogId, readReplicationIndex } from './fingerprint';
import { createHttpClient } from './http-client';
import { createReader } from './reader';
import { snapshotPages } from './snapshot-pages';
import { snapshotRows } from './snapshot-rows';
import { createStaging } from './staging';

/** libsql-server refuses larger rows and values ("string or blob too big"). */
const MAX_ROW_BYTES = 5_000_000;

/** The adapter for libsql-server and Turso, over the Hrana protocol on HTTP. */
export function createHttpRemote(url: URL, location: string, { authToken, owner }: ConnectOptions): Remote {
  const client = createHttpClient(url, location, authToken);
  const reader = createReader(client);
  const staging = createStaging(client, owner ?? randomUUID());
  let told: { readonly logId: string | null; readonly index: string | null } | undefined;

  return {
    location,
    maxRowBytes: MAX_ROW_BYTES,
    async fingerprint() {
      const [logId, index] = await Promise.all([readLogId(client), readReplicationIndex(client)]);
      told = { logId, index };
      return joinFingerprint(logId, index);
    },
    snapshot: (file, options = {}) => reader.read((query) => takeSnapshot(query, file, options)),
    async transact(statements) {
      const { outcome, indexBefore, indexAfter } = await staging.transact(statements);
      if (!outcome.committed || told === undefined) return outcome;
      // Should the server have been started anew since, its log has another identity now, and the mark fits nothing.
      const isOurs = indexBefore === told.index;
      return { ...outcome, fingerprint: isOurs ? joinFingerprint(told.logId, indexAfter) : null };
    },
    clear: () => staging.clear(),
    read: (work, options) => reader.read(work, options),
    transactAfter: (look) => reader.transactAfter(look),
    close() {
      reader.close();
      client.close();
      return Promise.resolve();
    },
  };
}

async function takeSnapshot(query: Query, file: string, options: SnapshotOptions): Promise<SnapshotTaken> {
  if (options.method !== 'rows' && (await snapshotPages(query, file, options.onProgress))) {
    const setAside = setAsideFrom(file);
    dropStagingTables(file);
    return { method: 'pages', setAside };
  }
  return { method: 'rows', setAside: await snapshotRows(query, file, options.onProgress) };
}
