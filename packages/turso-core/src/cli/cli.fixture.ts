import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir, writeFiles } from '@turso-sync/testing';
import Database from 'better-sqlite3';

/** The command's file. */
export const COMMAND = path.join(__dirname, '..', '..', 'bin', 'turso-sync.js');

/** How a run of the command ended. */
export interface Run {
  /** The exit code, or the signal that ended it. */
  readonly exit: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the command that may be under way. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
  /** Waits until it has printed this, to either stream. */
  printed(text: string): Promise<void>;
}

/** What a run is given. */
export interface RunOptions {
  /** Environment variables besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** A shell command that is put in front, such as `ulimit -f 100;`. */
  readonly shell?: string;
  /** The user and group to run as. */
  readonly uid?: number | undefined;
  /** Another place of the command. */
  readonly command?: string;
}

/** A project's folder and the command run in it. */
export interface TestProject {
  readonly dir: string;
  /** The path of a file in it. */
  file(name: string): string;
  /** Runs the command as a user would, in the folder. */
  run(...args: string[]): Promise<Run>;
  /** Runs it with `--json`, and answers with what was printed. */
  json<T = Answer>(...args: string[]): Promise<T>;
  start(args: readonly string[], options?: RunOptions): Started;
  /** Reads all rows of a query on the working copy. */
  query(sql: string): unknown[];
  /** Runs SQL on the working copy, as an app. */
  edit(sql: string): void;
  /** A digest of every file, to see whether anything has changed. */
  digests(): Record<string, string>;
}

/** What `--json` prints. */
export interface Answer {
  readonly command: string;
  readonly ok: boolean;
  readonly result: Record<string, never>;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    retryable: boolean;
  };
}

/** Where a remote is and how to get in. */
export interface RemoteAccess {
  readonly url: string;
  readonly readWriteToken?: string;
}

/** Makes a project whose `.env` names the remote. */
export function makeProject(
  remote?: RemoteAccess,
  files: Readonly<Record<string, string>> = {},
): TestProject {
  const dir = makeTempDir('project-');
  const lines =
    remote === undefined
      ? []
      : [`TURSO_DATABASE_URL=${remote.url}`, `TURSO_AUTH_TOKEN=${remote.readWriteToken ?? ''}`];
  const all = { ...(lines.length > 0 ? { '.env': `${lines.join('\n')}\n` } : {}), ...files };
  writeFiles(dir, all);
  const secret = remote?.readWriteToken;
  const start = (args: readonly string[], options: RunOptions = {}): Started =>
    startCommand(dir, args, secret === undefined || secret === '' ? [] : [secret], options);
  const file = (name: string): string => path.join(dir, name);
  const workingCopy = (): Database.Database => new Database(file('working_copy.db'), { fileMustExist: true });
  return {
    dir,
    file,
    start,
    run: (...args) => start(args).ended,
    async json<T>(...args: string[]) {
      const { stdout, stderr } = await start([...args, '--json']).ended;
      try {
        return JSON.parse(stdout) as T;
      } catch {
        throw new Error(`No JSON on stdout: ${stdout}\n${stderr}`);
      }
    },
    query(sql) {
      const db = workingCopy();
      try {
        return db.prepare(sql).raw().all();
      } finally {
        db.close();
      }
    },
    edit(sql) {
      const db = workingCopy();
      try {
        db.pragma('foreign_keys=OFF');
        db.exec(sql);
      } finally {
        db.close();
      }
    },
    digests: () => digestsOf(dir),
  };
}

/** Runs the command; fails where it prints a secret. */
export function startCommand(
  cwd: string,
  args: readonly string[],
  secrets: readonly string[],
  { env = {}, shell, uid, command = COMMAND }: RunOptions = {},
): Started {
  const environment = { PATH: process.env['PATH'] ?? '', ...env };
  const words = [process.execPath, command, ...args];
  const options = { cwd, env: environment, ...(uid === undefined ? {} : { uid, gid: uid }) };
  const child =
    shell === undefined
      ? spawn(process.execPath, words.slice(1), options)
      : spawn('sh', ['-c', `${shell} exec "$@"`, 'sh', ...words], options);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    for (const secret of secrets) {
      if (`${output.stdout}${output.stderr}`.includes(secret))
        throw new Error('The command printed a secret');
    }
    return { exit: (code ?? signal) as Run['exit'], ...output };
  });
  return {
    child,
    ended,
    async printed(text) {
      while (!`${output.stdout}${output.stderr}`.includes(text)) {
        if (child.exitCode !== null) throw new Error(`It ended without printing ${text}: ${output.stderr}`);
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'close')]);
      }
    },
  };
}

/** Every file below a folder but the lock, which is empty, with a digest of its content. */
export function digestsOf(dir: string): Record<string, string> {
  const files = filesIn(dir).filter((name) => name !== path.join('.turso', 'lock'));
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(dir, name)))
        .digest('hex'),
    ]),
  );
}

/** The paths of all files and empty folders below a folder, relative to it. */
export function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => {
      const file = path.join(dir, name);
      return statSync(file).isFile();
    })
    .sort();
}

/** The files below a folder that hold a text, other than `.env`. */
export function filesWith(dir: string, text: string): string[] {
  return filesIn(dir).filter((name) => name !== '.env' && readFileSync(path.join(dir, name)).includes(text));
}

/** What is in the state folder although nothing runs. */
export function leftovers(project: TestProject): string[] {
  const state = project.file('.turso');
  const known = [
    'base',
    'snapshot',
    'lock',
    'diff.sql',
    'changes.json',
    'conflicts.json',
    'backups',
    'pushes',
  ];
  const isFolder = statSync(state, { throwIfNoEntry: false })?.isDirectory() === true;
  const own = isFolder ? readdirSync(state).filter((name) => !known.includes(name)) : [];
  const beside = readdirSync(project.dir).filter((name) => /-wal|-shm|-journal|new$|\.mjs$/.test(name));
  return [...own, ...beside];
}
