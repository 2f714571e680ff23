import { remoteCheck } from '../../src/checks/remote-checks';
import type { Target } from '../../src/apply/target';
import { play, type Story } from './scene.fixture';
import { ADAPTERS, type Served } from './served.fixture';

const BASE = `CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE o(x);
  WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 2000) INSERT INTO t SELECT n, 'v' || n FROM i`;

/** What is there, and no table besides. */
const STATE = `SELECT (SELECT group_concat(name) FROM sqlite_schema), count(*), sum(length(v)), count(DISTINCT v) FROM t`;

/** Fails once a row of `o` is there. */
const checks = [
  remoteCheck({ name: 'a.sql', sql: 'SELECT id FROM t WHERE v IS NULL' }).statement,
  remoteCheck({ name: 'b.sql', sql: 'SELECT t.id FROM t, o WHERE t.v GLOB o.x' }).statement,
];

/** A target, and whether the way that is meant was gone. */
interface By {
  readonly target: Target;
  readonly used: () => boolean;
}

interface Way {
  readonly way: string;
  readonly story: Story;
  readonly by?: (served: Served) => By;
  readonly since?: boolean;
}

const EDIT = "UPDATE t SET v = 'bad' || id WHERE id > 3";

const WAYS: readonly Way[] = [
  { way: 'sent at once', story: { base: BASE, edit: EDIT } },
  { way: 'to rows that nobody has touched', story: { base: BASE, edit: EDIT }, by: since, since: true },
  { way: 'after a look at the rows', story: { base: BASE, edit: EDIT }, by: afterALook },
  {
    way: 'with changed definitions',
    story: { base: BASE, edit: `${EDIT}; ALTER TABLE t ADD COLUMN more; CREATE VIEW w AS SELECT * FROM t` },
  },
  {
    way: 'of 40 MB',
    story: { base: BASE, edit: `UPDATE t SET v = printf('bad%.*c', 20000, 'x') WHERE id > 3` },
  },
];

describe.each(ADAPTERS)('checks on a remote: %s', (adapter, serve) => {
  const ways = WAYS.filter(({ by }) => adapter !== 'file' || by !== afterALook);

  test.each(ways)('a push $way is taken back if one returns rows', ({ story, by, since: isSince = false }) =>
    play(serve, story, async (scene) => {
      const { served } = scene;
      await served.edit("INSERT INTO o VALUES ('bad*')");
      const mark = isSince ? await served.remote.fingerprint() : null;
      const { target, used } = by?.(served) ?? { target: served.remote, used: () => true };
      const state = (): Promise<unknown> => scene.query(STATE);
      const before = by === afterALook ? null : await state();
      expect(await scene.pushChecked({ target, checks, since: mark })).toMatchObject({
        outcome: 'refused',
        check: 'b.sql',
        message: expect.stringContaining('turso-sync-check-rows:1000') as string,
      });
      expect(used()).toBe(true);
      // Others have made two of the changes.
      if (before === null)
        expect(await scene.query("SELECT count(*) FROM t WHERE v GLOB 'bad*'")).toEqual([[2n]]);
      else expect(await state()).toEqual(before);
      await served.edit('DELETE FROM o');
      expect(await scene.pushChecked({ target: served.remote, checks })).toMatchObject({
        outcome: 'applied',
      });
    }),
  );

  test('a conflict goes before a check', () =>
    play(
      serve,
      { base: BASE, edit: EDIT, remote: "UPDATE t SET v = 'theirs' WHERE id = 5" },
      async (scene) => {
        await scene.served.edit("INSERT INTO o VALUES ('bad*')");
        expect(await scene.pushChecked({ checks })).toMatchObject({ outcome: 'conflict' });
      },
    ));
});

/** A target whose `transactSince` alone may be used. */
function since({ remote }: Served): By {
  let isUsed = false;
  const target: Target = {
    ...remote,
    transact: () => Promise.reject(new Error('All rows were sent')),
    async transactSince(...args) {
      const outcome = await remote.transactSince(...args);
      isUsed = outcome?.committed === false;
      return outcome;
    },
  };
  return { target, used: () => isUsed };
}

/** A target on which others get ahead of each transaction that is sent at once, with one of its own changes. */
function afterALook(served: Served): By {
  const { remote } = served;
  let isUsed = false;
  let id = 4;
  const target: Target = {
    ...remote,
    async transact(statements) {
      await served.edit(`UPDATE t SET v = 'bad' || id WHERE id = ${id++}`);
      return remote.transact(statements);
    },
    async transactAfter(look) {
      const outcome = await remote.transactAfter?.(look);
      isUsed = outcome?.committed === false;
      return outcome ?? null;
    },
  };
  return { target, used: () => isUsed };
}
