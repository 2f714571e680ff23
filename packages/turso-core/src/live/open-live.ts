import { checkOptions, type OptionKinds } from '../check-options';
import { TursoSyncError } from '../errors';
import { checkCredentials } from '../hrana/credentials';
import { createTokens } from '../hrana/tokens';
import { parseRemoteUrl } from '../remote/url';
import { FOR_PROGRAMS } from './advice';
import { usage } from './check-arguments';
import { isAway } from './away';
import { createConnection, newCounters } from './connection';
import { deadlineIn } from './deadline';
import { explainSync } from './explain-sync';
import { openFileDatabase } from './file/file-database';
import type { AutoSync, Live, LiveOptions } from './live';
import { teller } from './live-event';
import { createPrimary } from './primary/primary';
import { openReplica, type ReplicaOptions } from './replica/replica';
import { withRetries } from './retry';

/**
 * Opens a live connection. Writes reach the remote at once. With a replica, reads come from a local file that follows
 * the remote, and the connection opens after the first sync. With `offlineStart`, it opens without the server too, if
 * the replica is intact.
 *
 * Throws URL_MISSING, URL_UNSUPPORTED, CONFIG_HAS_SECRET and USAGE for the options. Throws REMOTE_UNREACHABLE,
 * REMOTE_UNAUTHORIZED and REMOTE_NOT_LIBSQL for the server. Throws REPLICA_LOCKED, FILE_INACCESSIBLE and SYNC_FAILED
 * for the replica.
 *
 * @example
 * ```ts
 * import { openLive } from 'turso-core/live';
 *
 * await using live = await openLive({
 *   url: process.env['TURSO_DATABASE_URL'] ?? 'file:app.db',
 *   authToken: process.env['TURSO_AUTH_TOKEN'],
 *   replica: '.turso/replica.db',
 * });
 * await live.execute('INSERT INTO contacts (name) VALUES (?)', ['Ada']);
 * const { rows } = await live.query<{ id: bigint; name: string }>('SELECT id, name FROM contacts');
 * for (const { id, name } of rows) console.log(id, name); // 1n Ada
 * ```
 */
export async function openLive(options: LiveOptions): Promise<Live> {
  const { timeout = 30_000, maxRetries = 5, autoSync = true, ...listening } = checkLiveOptions(options);
  const address = parseRemoteUrl(options.url, process.cwd(), 'authToken');
  const counters = newCounters();
  const tell = teller(listening.onEvent);
  const tellRetry = ({ code, message }: TursoSyncError, pauseMs: number): void =>
    tell({ type: 'retry', code, message, pauseMs });
  const onRetry = (error: TursoSyncError, pause: number): void => {
    counters.retries++;
    tellRetry(error, pause);
  };
  const { slowStatementMs = Infinity } = listening;
  const settings = { timeout, maxRetries, autoSync, counters, slowStatementMs, onRetry, tell };
  if (address.kind === 'file')
    return createConnection(openFileDatabase(address.file, address.location), null, {
      ...settings,
      setToken: () => undefined,
    });

  const { url, location } = address;
  const { allowHttpToken } = options;
  const key = options.encryptionKey?.trim();
  const secrets = {
    // An empty secret counts as not set.
    encryptionKey: key === '' ? undefined : key,
    ...(allowHttpToken === undefined ? {} : { allowHttpToken }),
  };
  const checkToken = (authToken: string | undefined): void =>
    checkCredentials({ ...secrets, authToken }, url, location, FOR_PROGRAMS);
  const tokens = createTokens(options.authToken, checkToken);
  checkToken(tokens.known);
  const served = { ...settings, setToken: (token: string) => tokens.set(token) };
  const primary = createPrimary(url, location, {
    ...secrets,
    tokens,
    advice: FOR_PROGRAMS,
    onRepeat: tellRetry,
  });
  const source: ReplicaOptions | null =
    options.replica === undefined
      ? null
      : {
          ...{ url, location, tokens, encryptionKey: secrets.encryptionKey, file: options.replica },
          openLog: primary.openLog,
          timeout,
          onSync({ frames, frameNo }, durationMs) {
            counters.syncs++;
            counters.latencies.syncs.add(durationMs);
            counters.frameNo = frameNo;
            counters.syncedAt = performance.now();
            tell({ type: 'sync', frames, frameNo, durationMs });
          },
          onRebuild(reason) {
            counters.rebuilds++;
            tell({ type: 'rebuild', reason });
          },
        };

  const deadline = deadlineIn(timeout);
  async function connect(): Promise<Live> {
    // Checks whether a libSQL server answers and accepts the token.
    await withRetries(() => primary.query({ sql: 'SELECT 1' }, deadline), {
      deadline,
      maxRetries,
      onRetry,
    });
    return createConnection(primary, source && (await openReplica(source, deadline)), served);
  }

  async function connectOffline(failed: unknown): Promise<Live> {
    const error = await explainSync(failed, primary, deadline);
    if (options.offlineStart !== true || source === null || !isAway(error)) throw error;
    const checking = deadlineIn(Math.max(timeout, TIME_TO_CHECK));
    const replica = await openReplica({ ...source, away: error }, checking);
    counters.frameNo = replica.frameNo;
    return createConnection(primary, replica, { ...served, isBehind: true });
  }

  try {
    return await connect().catch(connectOffline);
  } catch (error) {
    primary.close();
    throw error;
  }
}

/** Least milliseconds for the check of a replica: the timeout is about the server. */
const TIME_TO_CHECK = 10_000;

/** The known options. For `any`, the checks are below. */
const KINDS: OptionKinds<LiveOptions> = {
  url: 'any',
  authToken: 'any',
  encryptionKey: 'any',
  allowHttpToken: 'boolean',
  replica: 'any',
  autoSync: 'any',
  offlineStart: 'boolean',
  timeout: 'any',
  maxRetries: 'any',
  onEvent: 'function',
  slowStatementMs: 'any',
};

// JavaScript programs may pass anything.
function checkLiveOptions(options: Partial<LiveOptions> = {}): Partial<LiveOptions> {
  checkOptions('openLive()', options, KINDS);
  const { autoSync = true, timeout = 1, maxRetries = 0, slowStatementMs = 1 } = options;
  const { url, replica }: { url?: unknown; replica?: unknown } = options;
  if (url === undefined || url === '') {
    throw new TursoSyncError('URL_MISSING', 'openLive() was given no database URL.', {
      hint: 'Give it as url, for example libsql://my-db.turso.io or file:app.db.',
    });
  }
  if (typeof url !== 'string') throw usage('url must be a string.', 'For example libsql://my-db.turso.io.');
  const { authToken, encryptionKey }: { authToken?: unknown; encryptionKey?: unknown } = options;
  if (!['undefined', 'string', 'function'].includes(typeof authToken))
    throw usage('authToken must be a string, or a function that returns one.', NONE);
  if (!['undefined', 'string'].includes(typeof encryptionKey))
    throw usage('encryptionKey must be a string.', NONE);
  if (replica !== undefined && (typeof replica !== 'string' || replica === ''))
    throw usage('replica must be the path of a file.', NONE);
  if (replica?.includes('\0') === true) throw usage('replica holds a NUL, which no path has.', NONE);
  if (!isAutoSync(autoSync))
    throw usage('autoSync must be true, false, or milliseconds of 1 and more.', NONE);
  if (!isTime(timeout)) throw usage('timeout must be milliseconds of 1 and more.', NONE);
  if (!(typeof slowStatementMs === 'number' && slowStatementMs > 0))
    throw usage('slowStatementMs must be milliseconds of more than 0.', NONE);
  if (!(Number.isInteger(maxRetries) && maxRetries >= 0))
    throw usage('maxRetries must be a whole number.', NONE);
  return options;
}

function isAutoSync(value: AutoSync): boolean {
  return typeof value === 'boolean' || isTime(value);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= MAX_TIMEOUT;
}

const NONE = 'Leave it out for the default.';

/** The longest delay of Node's timers. */
const MAX_TIMEOUT = 2 ** 31 - 1;
