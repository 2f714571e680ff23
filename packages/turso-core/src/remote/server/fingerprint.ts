import { capabilitiesOf } from '../../hrana/capabilities';
import type { HranaResult } from '../../hrana/hrana';
import type { HttpClient } from '../../hrana/http-client';
import type { ServerLog } from '../../hrana/server-log';
import { sendOnce } from '../../hrana/stream';

/**
 * Joins the parts of a server's fingerprint: the generation of its log, and the number of its latest write. The pair
 * changes with every committed write. After a crash, the number alone could repeat an old value with other content.
 * Either part is null if the server does not report it.
 */
export function joinFingerprint(generation: string | null, index: string | null): string | null {
  return generation === null || index === null ? null : `${generation}:${index}`;
}

/** Returns the parts of a fingerprint from {@link joinFingerprint}; null for other fingerprints. */
export function splitFingerprint(
  fingerprint: string,
): { readonly generation: string; readonly index: bigint } | null {
  const [, generation, index] = /^(.+):(\d{1,19})$/.exec(fingerprint) ?? [];
  return generation === undefined || index === undefined ? null : { generation, index: BigInt(index) };
}

/**
 * Returns the number of the server's latest write, from its last report about its log or from a query. Throws
 * REMOTE_NOT_LIBSQL if something else answers.
 */
export async function latestIndex(client: HttpClient, log: ServerLog | null = null): Promise<string | null> {
  let index = log?.index ?? null;
  if (index === null) {
    const [answer] = await sendOnce(client, [{ type: 'execute', sql: 'SELECT 1' }]);
    index = indexOf(answer);
  }
  capabilitiesOf(client).note({ replicationIndex: index !== null });
  return index;
}

/** Returns the number of the latest write from an answer, or null. */
export function indexOf(answer: HranaResult | undefined): string | null {
  return answer?.type === 'execute' ? answer.replicationIndex : null;
}
