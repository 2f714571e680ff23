import { TursoSyncError } from '../../errors';
import type { TransactOptions } from '../../apply/target';
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
 * Runs statements in one transaction if nothing was written since a fingerprint; see {@link Remote.transactSince}.
 * Nobody waits meanwhile. Commits of others change a connection's `data_version`, so this reads it first, and compares
 * it inside the transaction.
 *
 * @see https://sqlite.org/pragma.html#pragma_data_version
 */
export async function runTransactionSince(
  client: HttpClient,
  mark: string,
  statements: () => readonly Statement[] | null,
  { onSent, onCommit }: TransactOptions = {},
): Promise<TransactionAnswer | null> {
  const capabilities = capabilitiesOf(client);
  // A fingerprint of another kind may lag.
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
      onCommit,
    });
    if (outcome.committed) return { ...marks, outcome };
    return outcome.failed === 0 ? null : { ...marks, outcome: { ...outcome, failed: outcome.failed - 1 } };
  } catch (error) {
    // The server abandoned the stream or admitted another writer. In both cases, nothing was written.
    if (error instanceof TursoSyncError && error.code === 'REMOTE_BUSY') return null;
    throw error;
  }
}

// Queries the log only with an open stream: if the server was restarted in between, the stream is gone.
async function isAt(client: HttpClient, mark: string, answer: HranaResult | undefined): Promise<boolean> {
  const log = await readServerLog(client);
  return joinFingerprint(log?.generation ?? null, indexOf(answer)) === mark;
}
