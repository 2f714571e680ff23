import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  editDatabase,
  makeTempDir,
  removeTempDir,
} from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { withDiff } from '../../src/changeset/diff';
import { addsUnnamed } from '../../src/changeset/rows/unnamed';
import { withReceipt } from '../../src/apply/receipt';
import { nameReceipt } from '../../src/sqlite/receipt';
import { takeOut } from '../../src/sqlite/schema/take-out';
import type { SqlValue } from '../../src/sqlite/values/values';
import {
  apply,
  type ApplyOptions,
  type ApplyResult,
  type CheckFailure,
  type CheckedOptions,
} from '../../src/apply/apply';
import type { Serve, Served } from './served.fixture';
import type { Target } from '../../src/apply/target';

/** What has happened before a push; all SQL. */
export interface Story {
  /** Makes the database that both sides begin with. */
  readonly base: string;
  /** Changes the working copy. */
  readonly edit?: string;
  /** Changes the remote meanwhile. */
  readonly remote?: string;
}

/** A working copy, its base, and a served remote. */
export interface Scene {
  readonly served: Served;
  /** The file of the working copy. */
  readonly work: string;
  /**
   * Applies the difference of base and working copy to the remote. The base stays, as if the answer had been lost.
   * With a receipt, it is the same push each time.
   */
  push(
    options?: ApplyOptions & { readonly target?: Target; readonly receipt?: string },
  ): Promise<ApplyResult>;
  /** The same with checks. */
  pushChecked(options: CheckedOptions & { readonly target?: Target }): Promise<ApplyResult | CheckFailure>;
  /** Whether it adds rows that only a receipt tells from equal ones. */
  addsUnnamed(): Promise<boolean>;
  /** What tells the remote from the working copy. */
  differences(): Promise<string[]>;
  /** Copies the remote as it is now to a file, without receipts. */
  copy(): Promise<string>;
  /** All bytes of the remote's database. */
  bytes(): Promise<Buffer>;
  /** Queries the remote as it is now. */
  query(sql: string): Promise<SqlValue[][]>;
}

/** Plays a story up to the push, and runs a test in it. */
export async function play(serve: Serve, story: Story, test: (scene: Scene) => Promise<void>): Promise<void> {
  const dir = makeTempDir('scene-');
  const [base, work, copy] = [join(dir, 'base.db'), join(dir, 'work.db'), join(dir, 'remote.db')];
  buildDatabase(base, story.base);
  copyFileSync(base, work);
  if (story.edit !== undefined) editDatabase(work, story.edit);
  const served = await serve(base);
  try {
    if (story.remote !== undefined) await served.edit(story.remote);
    await test({
      served,
      work,
      push: ({ target = served.remote, receipt, ...options } = {}) => {
        const to = receipt === undefined ? target : withReceipt(target, receipt, () => undefined);
        return withDiff(base, work, (changeset) => apply(changeset, to, options));
      },
      pushChecked: ({ target = served.remote, ...options }) => {
        const to = withReceipt(target, nameReceipt(), () => undefined);
        return withDiff(base, work, (changeset) => apply(changeset, to, options));
      },
      addsUnnamed: () => withDiff(base, work, (changeset) => Promise.resolve(addsUnnamed(changeset))),
      async differences() {
        await served.download(copy);
        takeOut(copy, []);
        return compareDatabases(copy, work);
      },
      async copy() {
        await served.download(copy);
        takeOut(copy, []);
        return copy;
      },
      async bytes() {
        await served.download(copy);
        return readFileSync(copy);
      },
      async query(sql) {
        await served.download(copy);
        return queryFile(copy, sql);
      },
    });
  } finally {
    await served.stop();
    removeTempDir(dir);
  }
}

/**
 * Pushes, then twice more as if the answers had been lost. By its receipt all is there. Without one, all is there that
 * keys or definitions tell; only rows without a key are added again.
 */
export async function expectArrivesOnce(scene: Scene, receipt = nameReceipt()): Promise<void> {
  for (const _again of [1, 2]) {
    expect(await scene.push({ receipt })).toMatchObject({ outcome: 'applied', attempts: 1 });
    expect(await scene.differences()).toEqual([]);
  }
  expect(await scene.push()).toMatchObject({ outcome: 'applied' });
  const added = await scene.addsUnnamed();
  const differences = await scene.differences();
  expect(differences.length > 0).toBe(added);
  expect(differences.filter((line) => !line.includes(': only in a: rowid '))).toEqual([]);
}

function queryFile(file: string, sql: string): SqlValue[][] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(sql).raw().safeIntegers().all() as SqlValue[][];
  } finally {
    db.close();
  }
}
