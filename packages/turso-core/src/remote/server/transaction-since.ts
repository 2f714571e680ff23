import { TursoSyncError } from '../../errors';
import { guard } from '../../sqlite/guard';
import type { Statement } from '../../sqlite/statement';
import { capabilitiesOf } from '../../hrana/capabilities';
import { indexOf, joinFingerprint, splitFingerprint } from './fingerprint';
import type { HttpClient } from '../../hrana/http-client';
import type { HranaResult } from '../../hrana/hrana';
import { firstValue } from '../../hrana/first-value';
import { readServerLog } from '../../hrana/server-log';
import { CLOSE, openStream } from '../../hrana/stream';
import { ASK_VERSION, runTransaction, type TransactionAnswer } from './transaction';

/**
 * Runs statements in one transaction, on the condition that nothing was written since a mark; see
 * {@link Remote.transactSince}. Nobody is kept waiting meanwhile: a connection's `data_version` changes with what others
 * commit, so that it is asked for first, and is compared inside the transaction.
 *
 * @see https://sqlite.org/pragma.html#pragma_data_version
 */
export async function runTransactionSince(
  client: HttpClient,
  mark: string,
  statements: () => readonly Statement[] | null,
  onSent?: (statement: number) => void,
): Promise<TransactionAnswer | null> {
  const capabilities = capabilitiesOf(client);
  // A mark of another kind may come late.
  if (capabilities.all.dataVersion === false || splitFingerprint(mark) === null) return null;
  const stream = openStream(client);
  const [answer] = await stream.send([ASK_VERSION]);
  const version = firstValue(answer);
  const isKnown = typeof version === 'bigint';
  capabilities.note({ dataVersion: isKnown });
  if (!stream.isOpen) return null;
  const meant = isKnown && (await isAt(client, mark, answer)) ? statements() : null;
  if (!isKnown || meant === null) {
    await stream.send([CLOSE]);
    return null;
  }
  const isSince = guard(`(SELECT data_version FROM pragma_data_version) = ${version}`);
  try {
    const { outcome, ...marks } = await runTransaction(client, [isSince, ...meant], {
      stream,
      onSent: onSent && ((i) => i > 0 && onSent(i - 1)),
    });
    if (outcome.committed) return { ...marks, outcome };
    return outcome.failed === 0 ? null : { ...marks, outcome: { ...outcome, failed: outcome.failed - 1 } };
  } catch (error) {
    // The server gave the stream up, or let another writer in: either way, nothing was written.
    if (error instanceof TursoSyncError && error.code === 'REMOTE_BUSY') return null;
    throw error;
  }
}

// The log is asked for once there is a stream: should the server have been started anew in between, the stream is gone.
async function isAt(client: HttpClient, mark: string, answer: HranaResult | undefined): Promise<boolean> {
  const log = await readServerLog(client);
  return joinFingerprint(log?.generation ?? null, indexOf(answer)) === mark;
}
