import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execOn, makeTempDir, removeTempDir, startSqld, type Sqld } from '@turso-sync/testing';
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

const errorCodes = readErrorCodes();
const A_TEXT = expect.any(String) as string;

interface Answer {
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly unknown[])[];
  readonly changes?: number;
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
  const connections = new Map<string, { live: Live; transaction?: LiveTransaction | undefined }>();
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
    const authToken = valueOf('token');
    const options = {
      ...place,
      autoSync,
      timeout: 20_000,
      ...(authToken === undefined ? {} : { authToken }),
    };
    connections.set(name, { live: await openLive(options) });
    current = name;
  }

  async function run({ verb, rest, lines }: ContractStep): Promise<Answer> {
    const done = async (work: Promise<unknown> | undefined): Promise<Answer> => {
      await work;
      return {};
    };
    if (verb === 'open') return done(open(rest));
    if (verb === 'pause') return done(sleep(Number(rest)));
    if (verb === 'server') return done(serverStep(server as Sqld, rest, path.join(dir, 'copy')));
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
      const code = step.lines.find(({ verb }) => verb === 'error')?.rest;
      const outcome = await run(step).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      );
      if (code !== undefined) {
        const named = { name: 'TursoSyncError', code, message: A_TEXT, hint: A_TEXT };
        expect({ at, outcome }).toMatchObject({ at, outcome: { error: named } });
        const { retryable } = (outcome as { error: TursoSyncError }).error;
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
      for (const { live } of connections.values()) await live.close();
      await way?.stop();
      await server?.stop();
      removeTempDir(dir);
    },
  };
}

async function serverStep(server: Sqld, what: string, copy: string): Promise<void> {
  if (what === 'stop') return server.kill();
  if (what === 'start') return server.restart();
  await server.end();
  const [from, to] = what === 'save' ? [server.dir, copy] : [copy, server.dir];
  fs.rmSync(to, { recursive: true, force: true });
  fs.cpSync(from, to, { recursive: true });
  return server.restart();
}

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
