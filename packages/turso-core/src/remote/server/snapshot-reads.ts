import { capabilitiesOf } from '../../hrana/capabilities';
import type { HttpClient } from '../../hrana/http-client';
import { firstValue } from '../../hrana/first-value';
import { sendOnce } from '../../hrana/stream';
import type { SqlValue } from '../../sqlite/values/values';
import type { SnapshotStart } from '../remote';
import { FEWEST_PAGES, RANGE } from './snapshot-digests';
import { hasLogSince } from './snapshot-log';
import { hasFramesSince } from './snapshot-sync';

/** Additional rows read by a snapshot by pages: the transactions, the layout. */
const BESIDE_PAGES = 6;

/** Rows read by a snapshot by sync endpoints, to check its copy. */
const BESIDE_FRAMES = 2;

/** Implements {@link Remote.snapshotReads}. */
export async function countSnapshotReads(
  client: HttpClient,
  starts: readonly SnapshotStart[],
): Promise<number | null> {
  if (await hasLogSince(client, starts)) return 0;
  if (hasFramesSince(client, starts)) return BESIDE_FRAMES;
  const pages = await readPageCount(client);
  if (pages === null) return null;
  if (starts.length === 0 || pages < FEWEST_PAGES || !(await knowsDigests(client)))
    return BESIDE_PAGES + pages;
  const ranges = Math.ceil(pages / RANGE);
  // Assumes two differing ranges, for a row and an index entry: more cannot be known.
  return BESIDE_PAGES + ranges * (RANGE + 1) + 2 * (RANGE + 1);
}

/** Returns the number of pages of the database, if the server serves them. */
async function readPageCount(client: HttpClient): Promise<number | null> {
  const sql = 'SELECT (SELECT page_count FROM pragma_page_count) FROM sqlite_dbpage WHERE pgno = 1';
  const value = await capabilitiesOf(client).attempt('sqliteDbpage', () => ask(client, sql));
  return typeof value === 'bigint' && value > 0n ? Number(value) : null;
}

async function knowsDigests(client: HttpClient): Promise<boolean> {
  return (await capabilitiesOf(client).attempt('sha3', () => ask(client, `SELECT hex(sha3(''))`))) !== null;
}

async function ask(client: HttpClient, sql: string): Promise<SqlValue> {
  const [answer] = await sendOnce(client, [{ type: 'execute', sql }]);
  return firstValue(answer) ?? null;
}
