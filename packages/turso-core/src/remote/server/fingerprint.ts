import { capabilitiesOf } from '../../hrana/capabilities';
import type { HranaResult } from '../../hrana/hrana';
import type { HttpClient } from '../../hrana/http-client';
import type { ServerLog } from '../../hrana/server-log';
import { sendOnce } from '../../hrana/stream';

/**
 * The parts of a server's mark: the generation of its log and the number of its latest write. The pair moves with every
 * committed write, and the number alone could come back to an old value after a crash, with other content. Either is
 * null where the server does not tell it.
 */
export function joinFingerprint(generation: string | null, index: string | null): string | null {
  return generation === null || index === null ? null : `${generation}:${index}`;
}

/** The parts of a mark that {@link joinFingerprint} made; null if it is another's. */
export function splitFingerprint(
  mark: string,
): { readonly generation: string; readonly index: bigint } | null {
  const [, generation, index] = /^(.+):(\d{1,19})$/.exec(mark) ?? [];
  return generation === undefined || index === undefined ? null : { generation, index: BigInt(index) };
}

/**
 * The number of the server's latest write, by what it has just told of its log, or by a query. Throws REMOTE_NOT_LIBSQL where
 * something else answers.
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

/** The number of the latest write that an answer tells, or null. */
export function indexOf(answer: HranaResult | undefined): string | null {
  return answer?.type === 'execute' ? answer.replicationIndex : null;
}
