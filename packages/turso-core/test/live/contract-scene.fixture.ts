import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createTokens,
  execOn,
  makeTempDir,
  pauseProcess,
  removeTempDir,
  startSqld,
  until,
  type Sqld,
  type Tokens,
} from '@turso-sync/testing';
import type { TursoSyncError } from '../../src/errors';
import type { SqlValue } from '../../src/sqlite/values/values';
import { openLive } from './built.fixture';
import {
  needsServer,
  readErrorCodes,
  readSql,
  readValue,
  words,
  type Behaviour,
  type ContractStep,
} from './contract.fixture';
import { AS_LISTS } from './served.fixture';
import type { Live, LiveStatement, LiveTransaction } from '../../src/live/live';
import type { LiveEvent } from '../../src/live/live-event';

const errorCodes = readErrorCodes();
const A_TEXT = expect.any(String) as string;

interface Answer {
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly unknown[])[];
  readonly changes?: number;
}

interface OpenConnection {
  readonly live: Live;
  /** The kinds of its events that no step has waited for. */
  readonly events: string[];
  transaction?: LiveTransaction | undefined;
}

/** A behaviour as it is played. */
export interface Scene {
  play(step: ContractStep): Promise<void>;
  end(): Promise<void>;
}

/** Where a server is reached. */
export interface Way {
  readonly url: string;
  stop(): Promise<void>;
}

/** Sets the scene of a behaviour, with a server of its own that is reached by `wayTo`. Default is directly. */
export async function playScene(
  behaviour: Behaviour,
  wayTo?: (server: Sqld) => Promise<Way>,
): Promise<Scene> {
  const dir = makeTempDir('contract-');
  const server = needsServer(behaviour) ? await startSqld() : null;
  const way = server === null ? undefined : await wayTo?.(server);
  const connections = new Map<string, OpenConnection>();
  const keys = new Map<string, Tokens>();
  let goOn: (() => void) | undefined;
  let current = '';

  async function open(rest: string): Promise<void> {
    const given = words(rest);
    const valueOf = (word: string): string | undefined =>
      given.includes(word) ? given[given.indexOf(word) + 1] : undefined;
    const name = valueOf('as') ?? 'main';
    const file = path.join(dir, `${name}.db`);
    const autoSync = { on: true, off: false }[valueOf('auto-sync') ?? 'on'] ?? Number(valueOf('auto-sync'));
    const place = given.includes('file')
      ? { url: `file:${file}` }
      : {
          url: valueOf('at') ?? way?.url ?? server?.url ?? '',
          ...(given.includes('remote') ? {} : { replica: file }),
        };
    const key = valueOf('key');
    const authToken = key === undefined ? valueOf('token') : keyOf(key).readWriteToken;
    const slow = valueOf('slow');
    const events: string[] = [];
    const options = {
      ...place,
      autoSync,
      timeout: Number(valueOf('timeout') ?? 20_000),
      offlineStart: given.includes('offline-start'),
      onEvent: ({ type }: LiveEvent) => void events.push(type),
      ...(authToken === undefined ? {} : { authToken }),
      ...(slow === undefined ? {} : { slowStatementMs: Number(slow) }),
    };
    connections.set(name, { live: await openLive(options), events });
    current = name;
  }

  function keyOf(name: string): Tokens {
    const known = keys.get(name) ?? createTokens();
    keys.set(name, known);
    return known;
  }

  async function serverStep(started: Sqld, what: string): Promise<void> {
    const [verb, name = ''] = words(what);
    if (verb === 'stop') return started.kill();
    if (verb === 'start') return started.restart();
    if (verb === 'key') return started.takeOnly(keyOf(name).publicKey);
    if (verb === 'freeze') {
      goOn = await pauseProcess(started.pid);
      return;
    }
    if (verb === 'thaw') {
      goOn?.();
      return;
    }
    const copy = path.join(dir, 'copy');
    await started.end();
    const [from, to] = verb === 'save' ? [started.dir, copy] : [copy, started.dir];
    fs.rmSync(to, { recursive: true, force: true });
    fs.cpSync(from, to, { recursive: true });
    return started.restart();
  }

  async function run({ verb, rest, lines }: ContractStep): Promise<Answer> {
    const done = async (work: Promise<unknown> | undefined): Promise<Answer> => {
      await work;
      return {};
    };
    if (verb === 'open') return done(open(rest));
    if (verb === 'pause') return done(sleep(Number(rest)));
    if (verb === 'server') return done(serverStep(server as Sqld, rest));
    if (verb === 'harm') return done(harm(path.join(dir, `${current}.db`), rest));
    if (verb === 'elsewhere') return done(execOn(server as Sqld, rest));
    if (verb === 'use') {
      current = rest;
      return {};
    }
    const connection = connections.get(current);
    if (connection === undefined) throw new Error(`Nothing is open as ${current}`);
    const { live, transaction } = connection;
    switch (verb) {
      case 'execute':
      case 'returning':
        return (transaction ?? live).execute(readSql(rest), values(lines, 'bind'), AS_LISTS);
      case 'query':
        return (transaction ?? live).query(readSql(rest), values(lines, 'bind'), AS_LISTS);
      case 'batch':
        return live.batch(statements(lines));
      case 'insert':
        return live.insertRows(...insertArguments(rest, lines));
      case 'begin':
        connection.transaction = await live.begin();
        return {};
      case 'commit':
      case 'rollback':
        connection.transaction = undefined;
        return done(verb === 'commit' ? transaction?.commit() : transaction?.rollback());
      case 'rebuilds':
        expect(live.stats().rebuilds).toBe(Number(rest));
        return {};
      case 'token':
        live.setAuthToken(keyOf(rest).readWriteToken);
        return {};
      case 'told':
        return done(takeEvent(connection.events, rest));
      case 'sync':
        return done(live.sync());
      case 'close':
        return done(live.close());
      default:
        throw new Error(`No such step: ${verb}`);
    }
  }

  return {
    async play(step) {
      const at = `line ${step.line}: ${step.verb} ${step.rest}`;
      const error = step.lines.find(({ verb }) => verb === 'error')?.rest;
      const [code, again] = words(error ?? '');
      const outcome = await run(step).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      );
      if (code !== undefined) {
        const named = { name: 'TursoSyncError', code, message: A_TEXT, hint: A_TEXT };
        expect({ at, outcome }).toMatchObject({ at, outcome: { error: named } });
        const { retryable } = (outcome as { error: TursoSyncError }).error;
        if (again !== undefined)
          expect({ at, again: retryable ? 'retryable' : 'final' }).toEqual({ at, again });
        expect({ at, retryable: errorCodes.get(code) }).toEqual({
          at,
          retryable: expect.arrayContaining([retryable]) as boolean[],
        });
        return;
      }
      expect({ at, error: 'error' in outcome ? outcome.error : null }).toEqual({ at, error: null });
      if ('answer' in outcome) expect({ at, ...told(outcome.answer, step) }).toEqual({ at, ...wanted(step) });
    },
    async end() {
      goOn?.();
      for (const { live } of connections.values()) await live.close();
      await way?.stop();
      await server?.stop();
      removeTempDir(dir);
    },
  };
}

/** Removes the events up to one of a kind, and waits for it if it has not come yet. */
async function takeEvent(events: string[], kind: string): Promise<void> {
  await until(() => events.includes(kind), TOLD_WITHIN);
  events.splice(0, events.indexOf(kind) + 1);
}

/** Milliseconds that an event may take that comes by itself. */
const TOLD_WITHIN = 60_000;

/** What another program does to a file of a replica; in a process of its own, since SQLite in this one has it open. */
async function harm(replica: string, what: string): Promise<void> {
  const [part = '', how = ''] = words(what);
  const file = part === 'file' ? replica : `${replica}${part}`;
  if (how === 'delete' || how === 'replace') fs.rmSync(file, { force: true });
  if (how === 'empty') execFileSync('sh', ['-c', ': > "$0"', file]);
  if (how === 'replace') elsewhere(file, "CREATE TABLE t (v); INSERT INTO t VALUES ('another')");
  if (how === 'write') elsewhere(file, 'DELETE FROM t');
}

function elsewhere(file: string, sql: string): void {
  const script = `const db = new (require(process.argv[1]))(process.argv[2]); db.exec(process.argv[3]); db.close()`;
  execFileSync(process.execPath, ['-e', script, require.resolve('better-sqlite3'), file, sql]);
}

function wanted({ verb, lines }: ContractStep): Answer {
  const of = (word: string): string[] => lines.filter((line) => line.verb === word).map(({ rest }) => rest);
  const [columns] = of('columns');
  const [changes] = of('changes');
  return {
    ...(columns === undefined ? {} : { columns: words(columns) }),
    ...(verb === 'query' || verb === 'returning'
      ? { rows: of('row').map((row) => words(row).map(readValue)) }
      : {}),
    ...(changes === undefined ? {} : { changes: Number(changes) }),
  };
}

/** As much of an answer as the contract says something about. */
function told(answer: Answer, step: ContractStep): Answer {
  return Object.fromEntries(
    Object.keys(wanted(step)).map((key) => [key, plain(answer[key as keyof Answer])]),
  );
}

// Bytes are bytes, whether they came as a Buffer or not.
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

function values(lines: ContractStep['lines'], word: string): SqlValue[] {
  return lines.filter(({ verb }) => verb === word).flatMap(({ rest }) => words(rest).map(readValue));
}

function insertArguments(rest: string, lines: ContractStep['lines']): Parameters<Live['insertRows']> {
  const [table = '', ...columns] = words(rest).map(decodeURIComponent);
  const rows = lines.filter(({ verb }) => verb === 'values').map((line) => words(line.rest).map(readValue));
  return [table, columns, rows];
}

function statements(lines: ContractStep['lines']): LiveStatement[] {
  const found: { sql: string; args: SqlValue[] }[] = [];
  for (const { verb, rest } of lines) {
    if (verb === 'statement') found.push({ sql: readSql(rest), args: [] });
    if (verb === 'bind') found.at(-1)?.args.push(...words(rest).map(readValue));
  }
  return found;
}
