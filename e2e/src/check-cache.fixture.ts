import fs from 'node:fs';
import path from 'node:path';
import { editDatabase } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { addApp, nx, workspace } from './workspace.fixture';

const CHECK = 'SELECT v FROM t WHERE length(v) > 3';

/** Whether the checks were run, or Nx knew the result; or that they failed. */
type Ended = 'hit' | 'miss' | 'failed';

/** What happens before a run, and how that ends. */
type Step = readonly [what: string, before: () => void, ended: Ended];

interface Stage {
  /** The workspace. Default is that of all tests. */
  readonly place?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** How many steps to play. Default is all. */
  readonly steps?: number;
}

/** Plays through when checks are run again and when not, in a project of its own. */
export async function playCheckCache(
  name: string,
  { place = workspace, variables = {}, steps: count }: Stage = {},
): Promise<void> {
  const app = addApp(name, { '.env': 'TURSO_DATABASE_URL=file:./remote.db\n' }, place);
  const check = path.join(app.directory, 'checks', 'lengths.sql');
  const remote = path.join(app.directory, 'remote.db');
  fs.mkdirSync(path.dirname(check));
  fs.writeFileSync(check, CHECK);
  editDatabase(remote, "CREATE TABLE t(v); INSERT INTO t VALUES ('one'), ('two')");

  let writer: Database.Database | undefined;
  let reader: Database.Database | undefined;
  const edit = (sql: string): unknown =>
    writer === undefined ? editDatabase(app.workingCopy, sql) : writer.exec(sql);
  const nothing = (): void => undefined;
  const steps: Step[] = [
    // The working copy is made by the same run that asks for the key.
    ['at first', nothing, 'miss'],
    ['unchanged', nothing, 'hit'],
    // A run brings the working copy up to date, and then asks for the key.
    ['the remote has changed', () => editDatabase(remote, "INSERT INTO t VALUES ('three')"), 'failed'],
    [
      'the remote is right again',
      () => editDatabase(remote, "UPDATE t SET v = 'six' WHERE v = 'three'"),
      'miss',
    ],
    ['another row of the same length', () => edit("UPDATE t SET v = 'ONE' WHERE v = 'one'"), 'miss'],
    ['the same row', nothing, 'hit'],
    [
      'a row in the log',
      () => {
        [writer, reader] = [new Database(app.workingCopy), new Database(app.workingCopy)];
        writer.pragma('journal_mode = WAL');
        writer.pragma('wal_autocheckpoint = 0');
        // So that no run moves the log into the file.
        reader.exec('BEGIN');
        reader.prepare('SELECT * FROM t').all();
        edit("UPDATE t SET v = 'TWO' WHERE v = 'two'");
      },
      'miss',
    ],
    ['the same log', nothing, 'hit'],
    ['a row that fails', () => edit("UPDATE t SET v = 'too long' WHERE v = 'TWO'"), 'failed'],
    ['the same failure', nothing, 'failed'],
    [
      'a row that passes',
      () => {
        reader?.close();
        edit("UPDATE t SET v = 'two' WHERE v = 'too long'");
        writer?.close();
      },
      'miss',
    ],
    ['another check', () => fs.writeFileSync(check, `${CHECK} AND v <> 'x'`), 'miss'],
    ['the same check', nothing, 'hit'],
    [
      'another config',
      () => fs.writeFileSync(path.join(app.directory, 'turso-sync.config.json'), '{"exclude": ["u"]}'),
      'miss',
    ],
  ];

  for (const [what, before, ended] of steps.slice(0, count)) {
    before();
    const { exitCode, output } = await nx(['run', `${name}:turso-check`], variables, place);
    const isHit = /turso-check.*(local cache|existing outputs)/.test(output);
    expect([what, exitCode !== 0 ? 'failed' : isHit ? 'hit' : 'miss', output]).toEqual([what, ended, output]);
  }
}
