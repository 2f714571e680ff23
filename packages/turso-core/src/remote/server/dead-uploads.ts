import { TursoSyncError } from '../../errors';
import { guard } from '../../sqlite/guard';
import { textOf } from '../../sqlite/unexpected-answer';
import { quoteName } from '../../sqlite/values/quote';
import type { Query } from '../../sqlite/query';
import type { HttpClient } from '../../hrana/http-client';
import type { Reader } from './reader';
import { isDead, SELECT_UPLOADS } from './upload-table';
import { runTransaction } from './transaction';

/** A query for 1 if there are uploads, dead or not. */
export const HAS_UPLOADS = `SELECT EXISTS (${SELECT_UPLOADS})`;

/**
 * Removes the uploads of dead pushes from anyone, anywhere: those inactive for an hour. Returns whether there was one.
 */
export async function removeDeadUploads(client: HttpClient, reader: Pick<Reader, 'read'>): Promise<boolean> {
  const dead = await reader.read(findDead);
  for (const name of dead) {
    // This fails if the upload is active again, or if someone else has removed it.
    await runTransaction(client, [guard(isDead(name)), { sql: `DROP TABLE ${quoteName(name)}` }]);
  }
  return dead.length > 0;
}

async function findDead(query: Query): Promise<string[]> {
  const dead: string[] = [];
  for (const [found] of await query(SELECT_UPLOADS)) {
    const name = textOf(found);
    if (await isDeadNow(query, name)) dead.push(name);
  }
  return dead;
}

async function isDeadNow(query: Query, name: string): Promise<boolean> {
  try {
    const [row] = await query(`SELECT ${isDead(name)}`);
    return row?.[0] === 1n;
  } catch (error) {
    // Somebody else's table may have such a name, and other columns.
    if (error instanceof TursoSyncError && error.code === 'REMOTE_FAILED') return false;
    throw error;
  }
}
