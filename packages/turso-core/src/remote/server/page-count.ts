import { capabilitiesOf } from '../../hrana/capabilities';
import type { HttpClient } from '../../hrana/http-client';
import { runBatches } from '../../hrana/pipeline';

/** The pages of the database, if the server serves them; see {@link Remote.pageCount}. */
export function readPageCount(client: HttpClient): Promise<number | null> {
  return capabilitiesOf(client).attempt('sqliteDbpage', () => ask(client));
}

async function ask(client: HttpClient): Promise<number | null> {
  const sql = 'SELECT (SELECT page_count FROM pragma_page_count) FROM sqlite_dbpage WHERE pgno = 1';
  const [answer] = await runBatches(client, [[{ sql, wantRows: true }]]);
  if (answer === undefined || 'refused' in answer || (answer.errors[0] ?? null) !== null) return null;
  const { value } = answer;
  return value !== null && /^[1-9]\d{0,9}$/.test(value) ? Number(value) : null;
}
