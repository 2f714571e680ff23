import { TursoSyncError } from '../../errors';
import { createTurns, type Turns } from '../../hrana/turns';
import type { Deadline } from '../deadline';

/** The databases in which transactions of this process begin. */
const BEGINNING = new Map<string, Turns>();

/**
 * Begins a transaction once no other transaction of this process is about to begin in the same database. Only one of
 * them could get the lock. Each of the others would occupy one of the server's few connections, and so keep away the
 * requests that end the first one.
 */
export async function beginInTurn<T>(
  url: URL,
  location: string,
  begin: () => Promise<T>,
  deadline: Deadline,
): Promise<T> {
  const turns = BEGINNING.get(url.href) ?? createTurns(1);
  BEGINNING.set(url.href, turns);
  try {
    const end = await turns.take({ timeout: deadline.left, late: () => tooMany(location) });
    try {
      return await begin();
    } finally {
      end();
    }
  } finally {
    if (turns.isIdle) BEGINNING.delete(url.href);
  }
}

function tooMany(location: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_BUSY',
    `${location}: earlier transactions of this program took too long to begin.`,
    {
      hint: 'Nothing was sent. Begin fewer transactions at a time, or use a longer timeout.',
      retryable: true,
    },
  );
}
