import fs from 'node:fs';
import path from 'node:path';
import { createAuthority, requireTool, startFront, startSqld } from '@turso-sync/testing';
import type { ErrorCode, TursoSyncError } from '../../src/errors';
import type { Live, LiveArguments, LiveOptions, StatementCalls } from '../../src/live/live';
import { openLive, RawText } from './built.fixture';
import { readErrorCodes } from './contract.fixture';
import { startRefusedWay, type Fate } from './refused-way.fixture';
import { errorOf, withServer } from './served.fixture';

const errorCodes = readErrorCodes();

/** What a refused call comes to. */
interface Wanted {
  readonly code: ErrorCode;
  /** Default is false. */
  readonly retryable?: boolean;
  /** What message and hint say. */
  readonly says?: RegExp;
}

/** A call to be refused. JavaScript programs may pass anything. */
type Case = readonly [call: () => unknown, wanted: Wanted | ErrorCode];

/** What only the commands have, and a program does not. */
const OF_COMMANDS =
  /`turso-sync|--(?!read-only)[a-z]|\bcommand\b|\bconfig\b|auth token variable|encryptionKeyVariable|TURSO_DATABASE_URL|TURSO_AUTH_TOKEN/;

/** A call that nobody can mistake for one whose outcome is unknown. */
const UNKNOWN = /may be there|may have/;

/** Whoever answers so has been reached. */
const NOT_THE_URL: readonly ErrorCode[] = [
  'REMOTE_UNAUTHORIZED',
  'REMOTE_READ_ONLY',
  'REMOTE_BLOCKED',
  'REMOTE_REFUSES_SIZE',
  'REMOTE_BUSY',
  'REMOTE_FAILED',
  'SYNC_FAILED',
  'COMMITTED_NOT_SYNCED',
];

const seen = new Set<string>();

/** Checks that every call is refused as it should be. */
async function check(cases: Readonly<Record<string, Case>>): Promise<void> {
  for (const [what, [call, told]] of Object.entries(cases)) {
    const { code, retryable = false, says = /\w/ } = typeof told === 'string' ? { code: told } : told;
    const error = (await errorOf((async () => call())())) as TursoSyncError;
    expect({ what, error }).toMatchObject({ error: { name: 'TursoSyncError', code, retryable } });
    const { message, hint = '' } = error;
    expect({ what, message, hint }).toEqual({
      what,
      message: expect.stringMatching(/\w/) as string,
      hint: expect.stringMatching(/\w/) as string,
    });
    expect(`${what}: ${message} ${hint}`).toMatch(says);
    expect(`${what}: ${message} ${hint}`).not.toMatch(OF_COMMANDS);
    const isUnknown = code === 'REMOTE_INTERRUPTED' && !retryable;
    expect([what, UNKNOWN.test(message)]).toEqual([what, isUnknown]);
    if (NOT_THE_URL.includes(code)) expect(`${what}: ${message} ${hint}`).not.toMatch(/URL/);
    expect({ what, allowed: errorCodes.get(code) }).toEqual({
      what,
      allowed: expect.arrayContaining([retryable]) as boolean[],
    });
    seen.add(code);
  }
}

/** Anything, where a type is expected. */
const any = (value: unknown): never => value as never;

/** Opens a connection that is not to open. */
const open = async (options: unknown): Promise<void> => {
  const live = await openLive(options as LiveOptions);
  await live.close();
};

/** Changes nothing, also where it is carried out. */
const NOTHING = 'DELETE FROM t WHERE 0';

const TOO_LARGE = 'x'.repeat(6_000_000);

/** Refused by every connection, in and outside of transactions, before anything is sent. */
const STATEMENTS: Readonly<Record<string, readonly [sql: unknown, args: unknown, code: ErrorCode]>> = {
  'no text': [7, [], 'USAGE'],
  'no SQL': [undefined, [], 'USAGE'],
  'a NUL': ['SELECT 1\0', [], 'USAGE'],
  'half a surrogate pair': ["SELECT '\ud800'", [], 'USAGE'],
  'no value': ['SELECT ?', [], 'USAGE'],
  'a value too many': ['SELECT ?', [1n, 2n], 'USAGE'],
  'no list': ['SELECT ?', 7, 'USAGE'],
  null: ['SELECT ?', null, 'USAGE'],
  NaN: ['SELECT ?', [NaN], 'USAGE'],
  'a huge integer': ['SELECT ?', [2n ** 63n], 'USAGE'],
  'a boolean': ['SELECT ?', [true], 'USAGE'],
  undefined: ['SELECT ?', [undefined], 'USAGE'],
  'a hole': ['SELECT ?', Array(1), 'USAGE'],
  'a date': ['SELECT ?', [new Date(0)], 'USAGE'],
  'an object': ['SELECT ?', [{}], 'USAGE'],
  'an object without a class': ['SELECT ?', [Object.create({ constructor: undefined })], 'USAGE'],
  'text that is no text': ['SELECT ?', [new RawText(new Uint8Array([255]))], 'USAGE'],
  'a name for ?': ['SELECT ?', { a: 1n }, 'USAGE'],
  'a missing name': ['SELECT :a', {}, 'USAGE'],
  'an unknown name': ['SELECT :a', { a: 1n, b: 1n }, 'USAGE'],
  'the end of a transaction': ['COMMIT', [], 'USAGE'],
  'an impossible number': ['SELECT ?0', [1n], 'SQL_FAILED'],
  nothing: ['', [], 'SQL_FAILED'],
  'a comment': ['-- nothing', [], 'SQL_FAILED'],
  'no statement': ['CREAT TABLE t', [], 'SQL_FAILED'],
  'an unknown table': ['SELECT * FROM nowhere', [], 'SQL_FAILED'],
  'two statements': ['SELECT 1; SELECT 2', [], 'SQL_FAILED'],
  'an extension': ["SELECT load_extension('a')", [], 'SQL_FAILED'],
  'a failure as it runs': ['SELECT abs(-9223372036854775807 - 1)', [], 'SQL_FAILED'],
  'a value that is too large': ['SELECT zeroblob(2000000000)', [], 'VALUE_TOO_LARGE'],
};

function statementCases(from: StatementCalls): Record<string, Case> {
  return Object.fromEntries(
    Object.entries(STATEMENTS).flatMap(([what, [sql, args, code]]) => [
      [`query() with ${what}`, [() => from.query(any(sql), args as LiveArguments), code]],
      [`execute() with ${what}`, [() => from.execute(any(sql), args as LiveArguments), code]],
    ]),
  );
}

function callCases(live: Live): Record<string, Case> {
  return {
    ...statementCases(live),
    'a query that writes': [() => live.query('DELETE FROM t'), { code: 'USAGE', says: /execute\(\)/ }],
    'a savepoint': [() => live.execute('SAVEPOINT a'), 'USAGE'],
    'an unknown row mode': [() => live.query('SELECT 1', [], any({ rowMode: 'rows' })), 'USAGE'],
    'an unknown option': [() => live.execute('SELECT 1', [], any({ mode: 1 })), 'USAGE'],
    'a unique value': [() => live.execute('INSERT INTO t VALUES (1)'), 'CONSTRAINT_FAILED'],
    'a batch of nothing': [() => live.batch(any(undefined)), 'USAGE'],
    'a batch of text': [() => live.batch(any('SELECT 1')), 'USAGE'],
    'a batch of a hole': [() => live.batch(any(Array(1))), { code: 'USAGE', says: /Statement 1/ }],
    'a batch of null': [() => live.batch(any(['SELECT 1', null])), { code: 'USAGE', says: /Statement 2/ }],
    'a batch without SQL': [() => live.batch(any([{}])), 'USAGE'],
    'a batch that commits': [() => live.batch(['COMMIT']), 'USAGE'],
    'a batch of two in one': [() => live.batch(['SELECT 1; SELECT 2']), 'SQL_FAILED'],
    'a batch that a constraint refuses': [
      () => live.batch(['SELECT 1', 'INSERT INTO t VALUES (1)']),
      { code: 'CONSTRAINT_FAILED', says: /Statement 2/ },
    ],
    'rows for no table': [() => live.insertRows('', ['v'], []), 'USAGE'],
    'rows for a table of no name': [() => live.insertRows(any(7), ['v'], []), 'USAGE'],
    'rows for no columns': [() => live.insertRows('t', [], []), 'USAGE'],
    'rows for columns of no name': [() => live.insertRows('t', any([7]), []), 'USAGE'],
    'no rows': [() => live.insertRows('t', ['v'], any(undefined)), 'USAGE'],
    'a number of rows': [() => live.insertRows('t', ['v'], any(7)), 'USAGE'],
    'a text of rows': [() => live.insertRows('t', ['v'], any('rows')), 'USAGE'],
    'rows to come': [
      () =>
        live.insertRows(
          't',
          ['v'],
          any(
            (async function* () {
              yield await Promise.resolve([1n]);
            })(),
          ),
        ),
      'USAGE',
    ],
    'a row that is no list': [() => live.insertRows('t', ['v'], any([7])), 'USAGE'],
    'a row that is too long': [() => live.insertRows('t', ['v'], [[1n, 2n]]), 'USAGE'],
    'a row with NaN': [() => live.insertRows('t', ['v'], [[NaN]]), 'USAGE'],
    'rows for an unknown table': [() => live.insertRows('nowhere', ['v'], [[1n]]), 'SQL_FAILED'],
    'rows that a constraint refuses': [() => live.insertRows('t', ['v'], [[1n]]), 'CONSTRAINT_FAILED'],
    'no work': [() => live.transaction(any(undefined)), 'USAGE'],
    'a token of another type': [() => live.setAuthToken(any(7)), 'USAGE'],
  };
}

/** What becomes of a read, of a write, and of a statement in a transaction that is then rolled back. */
type Outcomes = readonly [read: Wanted, write: Wanted, within: Wanted];

const refused = (wanted: Wanted): Outcomes => [wanted, wanted, wanted];

/** The server may have carried it out. */
const lost = (wanted: Wanted): Outcomes => [
  wanted,
  { code: 'REMOTE_INTERRUPTED', says: /Look whether/ },
  { ...wanted, says: /Nothing of the transaction was written/ },
];

const ENDED: Wanted = { code: 'REMOTE_BUSY', retryable: true, says: /nothing of it was written/ };
const ELSEWHERE: Wanted = { code: 'REMOTE_REDIRECTED', says: /Nothing was sent there/ };
const NO_SERVER: Wanted = { code: 'REMOTE_NOT_LIBSQL' };
const BUSY: Wanted = { code: 'REMOTE_BUSY', retryable: true, says: /has not begun/ };
const FAILED: Wanted = { code: 'REMOTE_FAILED', retryable: true };

const FATES: readonly (readonly [Fate, Outcomes])[] = [
  [{ status: 400 }, [NO_SERVER, NO_SERVER, ENDED]],
  [{ status: 404 }, [NO_SERVER, NO_SERVER, ENDED]],
  [
    { status: 400, body: 'no encryption key' },
    refused({ code: 'REMOTE_UNAUTHORIZED', says: /`encryptionKey`/ }),
  ],
  [{ status: 401 }, refused({ code: 'REMOTE_UNAUTHORIZED', says: /`authToken`.*setAuthToken/ })],
  [{ status: 402 }, refused({ code: 'REMOTE_BLOCKED' })],
  [{ status: 403 }, refused({ code: 'REMOTE_READ_ONLY' })],
  [{ status: 413 }, refused({ code: 'REMOTE_REFUSES_SIZE' })],
  [{ status: 429, headers: { 'retry-after': '60' } }, refused(BUSY)],
  [{ status: 503, headers: { 'retry-after': '60' } }, refused(BUSY)],
  [{ status: 408 }, lost(FAILED)],
  [{ status: 500 }, lost(FAILED)],
  [{ status: 502 }, lost(FAILED)],
  [{ status: 301, headers: { location: 'http://192.0.2.1' } }, refused(ELSEWHERE)],
  [{ status: 302, headers: { location: '/login' } }, refused(ELSEWHERE)],
  [{ status: 307, headers: { location: 'http://192.0.2.1' } }, refused(ELSEWHERE)],
  [{ status: 304 }, [NO_SERVER, NO_SERVER, ENDED]],
  [{ status: 303, headers: { location: '/done' } }, lost({ code: 'REMOTE_REDIRECTED' })],
  [{ status: 200, body: '<html>' }, lost(NO_SERVER)],
  ['lost', lost({ code: 'REMOTE_INTERRUPTED', retryable: true })],
  ['silence', lost({ code: 'REMOTE_UNREACHABLE', retryable: true })],
];

(requireTool('sqld') ? describe : describe.skip)('a refused call', () => {
  test('says what happened and what a program does next', async () => {
    const server = await startSqld({ auth: true });
    await withServer(async ({ dir, replica, open: opened, openRemote }) => {
      const { readWriteToken: authToken, readOnlyToken, expiredToken, url } = server;
      const way = await startRefusedWay(server.port);
      const front = await startFront(server.port, { certified: createAuthority().certify('127.0.0.1') });
      const there = { url, authToken, maxRetries: 0, timeout: 20_000 };
      fs.writeFileSync(path.join(dir, 'text.db'), 'This is no database. '.repeat(50));
      try {
        const live = await opened({ ...there, url: way.url });
        await live.execute('CREATE TABLE t (v UNIQUE ON CONFLICT ROLLBACK)');
        await live.execute('INSERT INTO t VALUES (1)');
        await check({
          'no options': [() => openLive(any(undefined)), { code: 'URL_MISSING', says: /libsql:/ }],
          'options that are none': [() => open(7), 'USAGE'],
          'an unknown option': [
            () => open({ ...there, autosync: true }),
            { code: 'USAGE', says: /autoSync/ },
          ],
          'an empty URL': [() => open({ ...there, url: '' }), 'URL_MISSING'],
          'a URL of another type': [() => open({ ...there, url: 7 }), 'USAGE'],
          'a token of another type': [() => open({ ...there, authToken: 7 }), 'USAGE'],
          'a key of another type': [() => open({ ...there, encryptionKey: 7 }), 'USAGE'],
          'a replica of another type': [() => open({ ...there, replica: 7 }), 'USAGE'],
          'a time of another type': [() => open({ ...there, timeout: '5000' }), 'USAGE'],
          'no time': [() => open({ ...there, timeout: 0 }), 'USAGE'],
          'a time of NaN': [() => open({ ...there, timeout: NaN }), 'USAGE'],
          'a slow time of another type': [() => open({ ...there, slowStatementMs: '5' }), 'USAGE'],
          'half a retry': [() => open({ ...there, maxRetries: 0.5 }), 'USAGE'],
          'an interval of 0': [() => open({ ...there, autoSync: 0 }), 'USAGE'],
          'a listener of another type': [() => open({ ...there, onEvent: 7 }), 'USAGE'],
          'another scheme': [() => open({ url: 'postgres://db.example' }), 'URL_UNSUPPORTED'],
          'no host': [() => open({ url: 'http://' }), 'URL_UNSUPPORTED'],
          'no file': [() => open({ url: 'file:' }), 'URL_UNSUPPORTED'],
          'a password in the URL': [
            () => open({ url: 'https://a:b@db.example' }),
            { code: 'CONFIG_HAS_SECRET', says: /authToken/ },
          ],
          'no token': [
            () => open({ ...there, authToken: undefined }),
            { code: 'REMOTE_UNAUTHORIZED', says: /`authToken`/ },
          ],
          'a wrong token': [() => open({ ...there, authToken: 'a.b.c' }), 'REMOTE_UNAUTHORIZED'],
          'an expired token': [
            () => open({ ...there, authToken: expiredToken }),
            { code: 'REMOTE_UNAUTHORIZED', says: /`authToken`.*setAuthToken/ },
          ],
          'a token that cannot be sent': [
            () => open({ ...there, authToken: 'a b' }),
            { code: 'REMOTE_UNAUTHORIZED', says: /`authToken`/ },
          ],
          'a key that cannot be sent': [
            () => open({ ...there, encryptionKey: 'a b' }),
            { code: 'REMOTE_UNAUTHORIZED', says: /`encryptionKey`/ },
          ],
          'a token that comes too late': [
            () => open({ ...there, timeout: 50, authToken: () => new Promise(() => undefined) }),
            'REMOTE_UNAUTHORIZED',
          ],
          'a token over HTTP': [
            () => open({ ...there, url: 'http://db.example', allowHttpToken: false }),
            { code: 'TOKEN_OVER_HTTP', says: /`allowHttpToken`/ },
          ],
          'a certificate of nobody': [() => open({ ...there, url: front.url }), 'REMOTE_TLS'],
          'no TLS': [() => open({ ...there, url: url.replace('http', 'https') }), 'REMOTE_TLS'],
          'an unknown host': [
            () => open({ ...there, url: 'https://nowhere.invalid' }),
            { code: 'REMOTE_UNREACHABLE', retryable: true, says: /not sent/ },
          ],
          'no folder': [() => open({ url: `file:${dir}/none/app.db` }), 'FILE_INACCESSIBLE'],
          'a file of text': [() => open({ url: `file:${dir}/text.db` }), 'FILE_INACCESSIBLE'],
          'a replica that is none': [
            () => open({ ...there, replica: `${dir}/text.db` }),
            'FILE_INACCESSIBLE',
          ],
          'a replica in use': [
            () => open({ ...there, replica }),
            { code: 'REPLICA_LOCKED', retryable: true },
          ],
        });

        const remote = await openRemote({ ...there, url: way.url });
        const file = await openRemote({ url: `file:${dir}/app.db`, maxRetries: 0 });
        await file.execute('CREATE TABLE t (v UNIQUE ON CONFLICT ROLLBACK)');
        await file.execute('INSERT INTO t VALUES (1)');
        for (const connection of [live, remote, file]) {
          await check(callCases(connection));
          const transaction = await connection.begin();
          await check(statementCases(transaction));
          if (connection === file)
            await check({
              'another writer': [
                () => file.execute('INSERT INTO t VALUES (2)'),
                { code: 'REMOTE_BUSY', retryable: true },
              ],
            });
          await check({
            'a value that ends the transaction': [
              () => transaction.execute('INSERT INTO t VALUES (1)'),
              'CONSTRAINT_FAILED',
            ],
            'a call after the end': [
              () => transaction.execute('INSERT INTO t VALUES (9)'),
              { code: 'REMOTE_BUSY', retryable: true, says: /nothing of it was written/ },
            ],
            'a commit after the end': [
              () => transaction.commit(),
              { code: 'REMOTE_BUSY', retryable: true, says: /nothing of it was written/ },
            ],
            'a call after the commit': [() => transaction.query('SELECT 1'), 'CONNECTION_CLOSED'],
            'a second commit': [() => transaction.commit(), 'CONNECTION_CLOSED'],
          });
          expect((await connection.query('SELECT v FROM t')).rows).toEqual([{ v: 1n }]);
        }
        for (const connection of [live, remote])
          await check({
            'a value over the limit': [
              () => connection.execute('INSERT INTO t VALUES (?)', [TOO_LARGE]),
              'VALUE_TOO_LARGE',
            ],
            'a row over the limit': [
              () => connection.insertRows('t', ['v'], [[TOO_LARGE]]),
              'VALUE_TOO_LARGE',
            ],
            'rows that cannot be sent': [
              () => connection.execute("SELECT CAST(x'ff' AS TEXT) FROM t UNION ALL INSERT"),
              'SQL_FAILED',
            ],
            'a token with a blank': [
              () => connection.setAuthToken('a b'),
              { code: 'REMOTE_UNAUTHORIZED', says: /`authToken`/ },
            ],
          });
        const sql = `SELECT hex(zeroblob(500000)) FROM json_each('[${'0,'.repeat(20)}0]')`;
        await check({ 'an answer over the limit': [() => remote.query(sql), 'RESPONSE_TOO_LARGE'] });

        remote.setAuthToken(readOnlyToken);
        await check({
          'a write with a token that only reads': [() => remote.execute('DELETE FROM t'), 'REMOTE_READ_ONLY'],
        });
        remote.setAuthToken(authToken);
        const hasty = await openRemote({ ...there, url: way.url, timeout: 1500 });
        await hasty.query('SELECT v FROM t');
        for (const [fate, [read, write, within]] of FATES) {
          const connection = fate === 'silence' ? hasty : remote;
          const meets = `meets ${JSON.stringify(fate)}`;
          way.meet(fate);
          await check({
            [`a read that ${meets}`]: [() => connection.query('SELECT v FROM t'), read],
            [`a write that ${meets}`]: [() => connection.execute(NOTHING), write],
            [`a batch that ${meets}`]: [() => connection.batch([NOTHING]), write],
          });
          // A server that has begun would wait for the end.
          if (fate !== 'lost')
            await check({ [`a beginning that ${meets}`]: [() => connection.begin(), read] });
          way.meet(null);
          const transaction = await connection.begin();
          await transaction.execute('INSERT INTO t VALUES (9)');
          way.meet(fate);
          await check({
            [`a statement that ${meets}`]: [() => transaction.execute('INSERT INTO t VALUES (10)'), within],
          });
          way.meet(null);
          // What was refused as a whole leaves the transaction open.
          if (within === read) await transaction.execute('INSERT INTO t VALUES (11)');
          await transaction.rollback();
          // The server holds on to any other for some seconds.
          if (within !== read) await server.restart();
        }
        expect((await remote.query('SELECT v FROM t')).rows).toEqual([{ v: 1n }]);

        way.meet({ status: 401 }, /wal_log/);
        await check({
          'a sync without a valid token': [() => live.sync(), { code: 'SYNC_FAILED', says: /`authToken`/ }],
          'a write whose sync fails': [
            () => live.execute('INSERT INTO t VALUES (2)'),
            'COMMITTED_NOT_SYNCED',
          ],
        });
        way.meet(null);
        await check({
          'text that no answer can hold': [
            () => live.execute("INSERT INTO t VALUES (CAST(x'ff' AS TEXT)) RETURNING v"),
            'ANSWER_NOT_EXACT',
          ],
        });

        const left = await remote.begin();
        for (const connection of [live, remote, file]) {
          await connection.close();
          await check({
            'a closed query': [() => connection.query('SELECT 1'), 'CONNECTION_CLOSED'],
            'a closed write': [() => connection.execute('SELECT 1'), 'CONNECTION_CLOSED'],
            'a closed batch': [() => connection.batch([]), 'CONNECTION_CLOSED'],
            'closed rows': [() => connection.insertRows('t', ['v'], []), 'CONNECTION_CLOSED'],
            'a closed beginning': [() => connection.begin(), 'CONNECTION_CLOSED'],
            'a closed sync': [() => connection.sync(), 'CONNECTION_CLOSED'],
            'a closed token': [() => connection.setAuthToken('t'), 'CONNECTION_CLOSED'],
          });
        }
        await check({ 'a closed commit': [() => left.commit(), 'CONNECTION_CLOSED'] });
      } finally {
        await way.stop();
        await front.stop();
      }
      await check({
        'a refused connection': [
          () => open({ ...there, url: way.url }),
          { code: 'REMOTE_UNREACHABLE', retryable: true, says: /not sent/ },
        ],
      });
      const before = process.env['HTTP_PROXY'];
      process.env['HTTP_PROXY'] = way.url;
      try {
        await check({
          'a proxy that is away': [
            () => open({ ...there, url: 'http://db.example', authToken: undefined }),
            { code: 'PROXY_FAILED', retryable: true, says: /Nothing was sent/ },
          ],
        });
      } finally {
        if (before === undefined) delete process.env['HTTP_PROXY'];
        else process.env['HTTP_PROXY'] = before;
      }
      // A full disk needs one, and a defect cannot be ordered.
      expect([...errorCodes.keys()].filter((code) => !seen.has(code))).toEqual(['INTERNAL', 'DISK_FULL']);
    }, server);
  }, 120_000);
});
