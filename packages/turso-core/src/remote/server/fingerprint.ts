import { capabilitiesOf } from '../../hrana/capabilities';
import type { HttpClient } from '../../hrana/http-client';
import { runBatches } from '../../hrana/pipeline';

/**
 * The parts of a server's mark: the generation of its log and the number of its latest write. The pair moves with every
 * committed write, and the number alone could come back to an old value after a crash, with other content. Either is
 * null where the server does not tell it.
 */
export function joinFingerprint(generation: string | null, replicationIndex: string | null): string | null {
  return generation === null || replicationIndex === null ? null : `${generation}:${replicationIndex}`;
}

/** The number of the server's latest write. Throws REMOTE_NOT_LIBSQL where something else answers. */
export async function readReplicationIndex(client: HttpClient): Promise<string | null> {
  const [answer] = await runBatches(client, [[{ sql: 'SELECT 1' }]]);
  if (answer === undefined || 'refused' in answer) return null;
  capabilitiesOf(client).note({ replicationIndex: answer.replicationIndex !== null });
  return answer.replicationIndex;
}
