import { randomBytes } from 'node:crypto';
import type { Statement, TransactionOutcome } from '../../sqlite/statement';
import type { ConnectOptions, Remote } from '../remote';
import { askCapabilities } from './ask-capabilities';
import { capabilitiesOf } from '../../hrana/capabilities';
import { HAS_UPLOADS, removeDeadUploads } from './dead-uploads';
import { joinFingerprint, latestIndex } from './fingerprint';
import { createHttpClient } from '../../hrana/http-client';
import { countSnapshotReads } from './snapshot-reads';
import { createReader } from './reader';
import { readServerLog, type ServerLog } from '../../hrana/server-log';
import { createUploads } from './uploads';
import { createUploadTable } from './upload-table';
import { takeSnapshot } from './take-snapshot';
import { readSyncFingerprint } from './sync-place';
import { runTransaction, tryTransaction, type TransactionAnswer } from './transaction';
import { runTransactionSince } from './transaction-since';

/** libsql-server refuses larger rows and values ("string or blob too big"). */
const MAX_ROW_BYTES = 5_000_000;

/** Creates the adapter for libsql-server and Turso, over the Hrana protocol on HTTP. */
export function createServerRemote(url: URL, location: string, options: ConnectOptions): Remote {
  const client = createHttpClient(url, location, options);
  const reader = createReader(client);
  const upload = randomBytes(8).toString('hex');
  const uploads = createUploads(client, reader, upload);
  /** The server's last report about its log; undefined before the first request. */
  let log: ServerLog | null | undefined;
  let told: { readonly generation: string | null; readonly index: string | null } | undefined;
  let toldAt = -Infinity;

  function tell(index: string | null): void {
    told = { generation: log?.generation ?? null, index };
    toldAt = performance.now();
  }

  function withFingerprint({ outcome, indexBefore, indexAfter }: TransactionAnswer): TransactionOutcome {
    if (!outcome.committed || told === undefined) return outcome;
    // If the server was restarted since, its log has a new generation, and the fingerprint matches nothing.
    if (indexBefore !== told.index) return { ...outcome, fingerprint: null };
    told = { ...told, index: indexAfter };
    return { ...outcome, fingerprint: joinFingerprint(told.generation, indexAfter) };
  }

  return {
    location,
    upload,
    maxRowBytes: MAX_ROW_BYTES,
    async logId() {
      if (log === undefined) {
        log = await readServerLog(client, { mustAnswer: true });
        // Servers with a report about their log report all of their fingerprint. Any other may not even be a libSQL
        // server.
        if (log !== null && log.index !== null) tell(log.index);
      }
      return log?.id ?? null;
    },
    async fingerprint({ goodFor = 0, mayLag = false, known = null } = {}) {
      const isGood = performance.now() - toldAt < goodFor;
      if (told !== undefined && isGood) return joinFingerprint(told.generation, told.index);
      const now = await readServerLog(client);
      const index = await latestIndex(client, now);
      // If this report is missing once, the last one still holds.
      log = now ?? log;
      // Before the first write, there is no number.
      if (index === null && now !== null) capabilitiesOf(client).note({ replicationIndex: null });
      tell(index);
      const fingerprint = joinFingerprint(log?.generation ?? null, index);
      return fingerprint === null && (log ?? null) === null && mayLag
        ? readSyncFingerprint(client, known)
        : fingerprint;
    },
    snapshot: (file, options = {}) => takeSnapshot(client, reader, file, options),
    snapshotReads: (starts) => countSnapshotReads(client, starts),
    transact: async (statements, options) => withFingerprint(await uploads.transact(statements, options)),
    async transactSince(fingerprint, statements, options) {
      const fitting = (): readonly Statement[] | null => {
        const meant = statements();
        return meant === null || uploads.isNeeded(meant) ? null : meant;
      };
      const answer = await runTransactionSince(client, fingerprint, fitting, options);
      return answer === null ? null : withFingerprint(answer);
    },
    // Uses one request of any size: an upload would need a write.
    tryOut: (statements) => tryTransaction(client, statements),
    async tidy(statements) {
      const answer = await runTransaction(client, statements, { afterwards: HAS_UPLOADS });
      const outcome = withFingerprint(answer);
      const keepsFingerprint = answer.found !== 1n || !(await removeDeadUploads(client, reader));
      return keepsFingerprint || !outcome.committed ? outcome : { ...outcome, fingerprint: null };
    },
    async clear(left) {
      await runTransaction(client, [createUploadTable(left).drop]);
    },
    read: (work, options) => reader.read(work, options),
    transactAfter: (look) => uploads.transactAfter(look),
    async capabilities({ ask = false } = {}) {
      if (ask) await askCapabilities(client);
      return capabilitiesOf(client).all;
    },
    attempt: (capability, work) => capabilitiesOf(client).attempt(capability, work),
    usage: () => client.tally.total(),
    async close() {
      await reader.close();
      client.close();
    },
  };
}
