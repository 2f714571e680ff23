import { capabilitiesOf } from '../../hrana/capabilities';
import type { HttpClient } from '../../hrana/http-client';
import { firstValue } from '../../hrana/first-value';
import { sendOnce } from '../../hrana/stream';

/** The pages of the database, if the server serves them; see {@link Remote.pageCount}. */
export function readPageCount(client: HttpClient): Promise<number | null> {
  return capabilitiesOf(client).attempt('sqliteDbpage', () => ask(client));
}

async function ask(client: HttpClient): Promise<number | null> {
  const sql = 'SELECT (SELECT page_count FROM pragma_page_count) FROM sqlite_dbpage WHERE pgno = 1';
  const [answer] = await sendOnce(client, [{ type: 'execute', sql }]);
  const value = firstValue(answer);
  return typeof value === 'bigint' && value > 0n ? Number(value) : null;
}
