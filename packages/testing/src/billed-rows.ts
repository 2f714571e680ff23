import { setTimeout as sleep } from 'node:timers/promises';
import { httpRequest } from './http-request';
import type { Sqld } from './sqld';

/** What a server has counted since it was first started: the rows that libSQL bills. */
export interface BilledRows {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

/** How long the server's counts have to stay the same, in milliseconds: it adds a statement a little after its answer. */
const QUIET_MS = 60;

/**
 * Asks a server for its own counts, once it has added up everything.
 *
 * @param server - one that was started with `counts: true`.
 *
 * @example
 * const before = await readBilledRows(server);
 */
export async function readBilledRows(server: Pick<Sqld, 'adminUrl'>): Promise<BilledRows> {
  let counted = await ask(server);
  for (;;) {
    await sleep(QUIET_MS);
    const now = await ask(server);
    if (now.rowsRead === counted.rowsRead && now.rowsWritten === counted.rowsWritten) return now;
    counted = now;
  }
}

/** Runs work, and answers with what the server has counted meanwhile, beside its result. */
export async function whileCounting<T>(
  server: Pick<Sqld, 'adminUrl'>,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly billed: BilledRows }> {
  const before = await readBilledRows(server);
  const result = await work();
  const after = await readBilledRows(server);
  const billed = {
    rowsRead: after.rowsRead - before.rowsRead,
    rowsWritten: after.rowsWritten - before.rowsWritten,
  };
  return { result, billed };
}

async function ask({ adminUrl }: Pick<Sqld, 'adminUrl'>): Promise<BilledRows> {
  if (adminUrl === null) throw new Error('The server was not started with `counts: true`');
  const { status, body } = await httpRequest(`${adminUrl}/v1/namespaces/default/stats`);
  if (status !== 200) throw new Error(`The server does not tell its counts: ${status} ${body}`);
  const { rows_read_count: rowsRead, rows_written_count: rowsWritten } = JSON.parse(body) as Record<
    'rows_read_count' | 'rows_written_count',
    number
  >;
  return { rowsRead, rowsWritten };
}
