import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  Database,
  editDatabase,
  execOn,
  keepTempDirsInMemory,
  makeTempDir,
  queryOn,
  removeTempDir,
  startFaultProxy,
  startSqld,
} from '@turso-sync/testing';
import { ANYTHING } from '../fixtures/project.fixture';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { listPushes } from '../../src/project/state/pushes';
import type { Content } from './content.fixture';
import { COMMAND } from '../fixtures/cli.fixture';
import { SCHEMA, type Environment, type Fault } from './steps.fixture';

/** A simulated remote, seen past the product. */
export interface Site {
  readonly url: string;
  read(): Promise<Content>;
  run(sql: string): Promise<void>;
  /** Makes it as new, at the beginning of a history. */
  reset(): Promise<void>;
  /** Brings back what it was at the beginning, as from a backup. */
  restore(): Promise<void>;
  /** Lets one of the next requests fail, or a file be missing; null sets that right. */
  arm(fault: Fault | null): void;
  stop(): Promise<void>;
}

/** Two remotes. */
export type Sites = Readonly<Record<Environment, Site>>;

/** Makes two remotes that are files. */
export function fileSites(): Promise<Sites> {
  keepTempDirsInMemory();
  const site = (): Site => {
    const dir = makeTempDir('site-');
    const file = path.join(dir, 'remote.db');
    return {
      url: `file:${file}`,
      read: async () => contentOf(file),
      run: async (sql) => editDatabase(file, sql),
      reset: async () => buildDatabase(file, SCHEMA),
      restore: async () => buildDatabase(file, SCHEMA),
      arm(fault) {
        const away = `${file}-away`;
        if (fault?.kind === 'missing') renameSync(file, away);
        if (fault === null && existsSync(away)) renameSync(away, file);
      },
      stop: async () => removeTempDir(dir),
    };
  };
  return Promise.resolve({ default: site(), staging: site() });
}

/** Makes two remotes that are libsql-servers, each behind a proxy that lets requests fail. */
export async function serverSites(): Promise<Sites> {
  keepTempDirsInMemory();
  const site = async (): Promise<Site> => {
    const server = await startSqld();
    const proxy = await startFaultProxy(server.port);
    const backup = makeTempDir('backup-');
    await execOn(server, SCHEMA);
    await server.end();
    cpSync(server.dir, backup, { recursive: true });
    await server.restart();
    return {
      url: proxy.url,
      async read() {
        // By one request.
        const all = QUERIES.map((sql, i) => `SELECT ${i}, * FROM (${sql})`);
        const rows = await queryOn(server, all.join(' UNION ALL '));
        const [t, n, log] = QUERIES.map((_, i) =>
          rows.filter(([from]) => from === BigInt(i)).map(([, ...row]) => row),
        );
        return contentFrom(t, n, log);
      },
      run: (sql) => execOn(server, `BEGIN; ${sql}; COMMIT`),
      reset: async () => {
        proxy.arm(null);
        const tables = await queryOn(server, `SELECT name FROM sqlite_schema WHERE type = 'table'`);
        await execOn(server, [...tables.map(([name]) => `DROP TABLE "${String(name)}"`), SCHEMA]);
      },
      // The server's log then has the id that it had, and numbers that it has given out before.
      async restore() {
        await server.end();
        rmSync(server.dir, { recursive: true });
        cpSync(backup, server.dir, { recursive: true });
        await server.restart();
      },
      arm: (fault) => proxy.arm(fault !== null && 'request' in fault ? fault : null),
      stop: async () => {
        await proxy.stop();
        await server.stop();
      },
    };
  };
  return { default: await site(), staging: await site() };
}

/** A folder in which somebody works. */
export interface Folder {
  readonly directory: string;
  readonly projects: Readonly<Record<Environment, Project>>;
  read(): Content;
  edit(sql: string): void;
  /** The base of an environment, or null where it has none yet. */
  base(env: Environment): Content | null;
  /** Puts something in the way of the record of the push that is under way, and tells where. */
  blockRecord(env: Environment): string;
  /** Runs the command and kills it after some milliseconds; answers its exit code, or null where it was killed. */
  runKilled(args: readonly string[], after: number): Promise<number | null>;
  remove(): void;
}

/** Makes a folder for a history; no command has run in it yet. */
export async function makeFolder(sites: Sites): Promise<Folder> {
  const directory = makeTempDir('folder-');
  const variables = { TURSO_DATABASE_URL: sites.default.url, STAGING_URL: sites.staging.url };
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    path.join(directory, 'turso-sync.config.json'),
    JSON.stringify({ policy: ANYTHING, environments: { staging: { urlVariable: 'STAGING_URL' } } }),
  );
  const projects = {
    default: await loadProject({ cwd: directory, variables }),
    staging: await loadProject({ cwd: directory, variables, env: 'staging' }),
  };
  const { workingCopy } = projects.default;
  return {
    directory,
    projects,
    read: () => contentOf(workingCopy),
    edit: (sql) => editDatabase(workingCopy, sql),
    base: (env) => contentOf(projects[env].files.base.database, null),
    blockRecord(env) {
      const { files } = projects[env];
      const [latest] = listPushes(files);
      const place = path.join(files.pushes, `${latest?.number ?? 0}.json`);
      mkdirSync(path.join(place, 'in-the-way'), { recursive: true });
      return place;
    },
    async runKilled(args, after) {
      const env = { ...process.env, ...variables };
      const child = spawn(process.execPath, [COMMAND, ...args], { cwd: directory, env, stdio: 'ignore' });
      const timer = setTimeout(() => child.kill('SIGKILL'), after);
      const [exit] = (await once(child, 'close')) as [number | null];
      clearTimeout(timer);
      return exit;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Of as many columns each. */
const QUERIES = [
  'SELECT id, a, b FROM t',
  'SELECT k, v, NULL FROM n',
  'SELECT line, count(*), NULL FROM log GROUP BY line',
];

function contentOf(file: string): Content;
function contentOf(file: string, otherwise: null): Content | null;
function contentOf(file: string, otherwise?: null): Content | null {
  let db: Database;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
  } catch (error) {
    if (otherwise === null) return null;
    throw error;
  }
  try {
    const [t, n, log] = QUERIES.map((sql) => db.prepare(sql).raw().all() as unknown[][]);
    return contentFrom(t, n, log);
  } finally {
    db.close();
  }
}

function contentFrom(t: unknown[][] = [], n: unknown[][] = [], log: unknown[][] = []): Content {
  const rows = new Map([
    ...t.map(([id, a, b]) => [`t ${String(id)}`, `${String(a)},${String(b)}`] as const),
    ...n.map(([k, v]) => [`n ${String(k)}`, String(v)] as const),
  ]);
  return { rows, lines: new Map(log.map(([line, count]) => [String(line), Number(count)])) };
}
