// @ts-check
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Database, makeTempDir, queryOn, removeTempDir, startSqld } = require('@turso-sync/testing');
const { tursoSync } = require('../turso-sync');
const { pushFloor } = require('./floor');
const { stopwatch } = require('./stopwatch');
const { SHAPES } = require('./shapes');

/**
 * Rows of one shape that are all changed in one way: by dump-push, by the usual client, and by the best statements that are known.
 * @param {string} name
 * @param {import('./shapes').Change} change
 * @param {{ rows: number, countsCpu: boolean }} options
 */
function prepareCell(name, change, { rows, countsCpu }) {
  const dir = makeTempDir('shapes-');
  const [before, after] = [path.join(dir, 'before.db'), path.join(dir, 'after.db')];
  const shape = /** @type {import('./shapes').Shape} */ (SHAPES[name]);
  fill(before, shape, change === 'insert' ? 0 : rows);
  fs.copyFileSync(before, after);
  edit(after, shape, change, rows);
  const wanted = facts(shape, after);
  const watch = stopwatch(countsCpu);
  let server = /** @type {import('@turso-sync/testing').Sqld | undefined} */ (undefined);

  /** @returns {Promise<import('@turso-sync/testing').Sqld>} */
  async function serveBefore() {
    await server?.stop();
    return (server = await startSqld({ database: before }));
  }

  /** @param {(server: import('@turso-sync/testing').Sqld) => Promise<number>} work */
  const checked = (work) => async () => {
    const current = await serveBefore();
    const seconds = await work(current);
    const found = JSON.stringify((await queryOn(current, factsQuery(shape)))[0]?.map(String));
    if (found !== wanted) throw new Error(`${name} ${change}: the server holds ${found}, not ${wanted}`);
    return seconds;
  };

  return {
    contenders: [
      {
        name: 'ours',
        work: checked((current) => {
          const project = path.join(dir, 'project');
          fs.rmSync(project, { recursive: true, force: true });
          fs.mkdirSync(project);
          const env = { TURSO_DATABASE_URL: current.url };
          const [node = '', ...init] = tursoSync('dump-init', '--quiet');
          execFileSync(node, init, { cwd: project, env: { ...process.env, ...env } });
          edit(path.join(project, 'working_copy.db'), shape, change, rows);
          const push = tursoSync('dump-push', '--quiet', '--allow', 'deleteAllRows');
          return watch.command(current, { name: 'ours', command: push, cwd: project, env });
        }),
      },
      {
        name: 'peer',
        work: checked((current) => {
          const script = path.join(__dirname, '..', 'peers', 'batch.js');
          const file = change === 'delete' ? before : after;
          const command = [process.execPath, script, name, change, file, current.url];
          return watch.command(current, { name: 'peer', command });
        }),
      },
      {
        name: 'floor',
        work: checked((current) => {
          const read = readRows(change === 'delete' ? before : after, shape);
          return watch.work(current, () => pushFloor(current.url, shape, change, read));
        }),
      },
    ],
    async stop() {
      await server?.stop();
      removeTempDir(dir);
    },
  };
}

/**
 * @param {string} file
 * @param {import('./shapes').Shape} shape
 * @param {number} rows
 */
function fill(file, shape, rows) {
  const db = new Database(file);
  db.exec(shape.schema);
  db.close();
  if (rows > 0) edit(file, shape, 'insert', rows);
}

/**
 * What an app does to the rows.
 * @param {string} file
 * @param {import('./shapes').Shape} shape
 * @param {import('./shapes').Change} change
 * @param {number} rows
 */
function edit(file, { columns, key, sets, row }, change, rows) {
  const db = new Database(file);
  const places = [...sets, ...key].map((name) => columns.indexOf(name));
  db.transaction(() => {
    if (change === 'delete') db.exec('DELETE FROM t');
    else if (change === 'insert') {
      const insert = db.prepare(`INSERT INTO t VALUES(${columns.map(() => '?').join()})`);
      for (let i = 1; i <= rows; i++) insert.run(...row(i, false));
    } else {
      const assignments = sets.map((name) => `${name} = ?`).join();
      const update = db.prepare(
        `UPDATE t SET ${assignments} WHERE ${key.map((k) => `${k} = ?`).join(' AND ')}`,
      );
      for (let i = 1; i <= rows; i++) {
        const values = row(i, true);
        update.run(...places.map((place) => (place < 0 ? BigInt(i) : values[place])));
      }
    }
  })();
  db.close();
}

/**
 * All rows, with the rowid in front if that is the key.
 * @param {string} file
 * @param {import('./shapes').Shape} shape
 */
function readRows(file, { columns, key }) {
  const db = new Database(file, { readonly: true });
  const names = key.includes('rowid') ? ['rowid', ...columns] : columns;
  const rows = db.prepare(`SELECT ${names.join()} FROM t`).raw().safeIntegers().all();
  db.close();
  return /** @type {import('./shapes').Value[][]} */ (rows);
}

/**
 * Doubles are asked for as integers, since versions of SQLite write them with more or fewer digits.
 * @param {import('./shapes').Shape} shape
 */
function factsQuery({ columns }) {
  const terms = columns.flatMap((name) => {
    const value = `iif(typeof(${name}) = 'real', CAST(${name} * 1024 AS INTEGER), ${name})`;
    return [`sum(octet_length(${value}))`, `max(hex(${value}))`];
  });
  return `SELECT count(*), ${terms.join()} FROM t`;
}

/**
 * How many rows and bytes there are, and the greatest value of each column.
 * @param {import('./shapes').Shape} shape
 * @param {string} file
 */
function facts(shape, file) {
  const db = new Database(file, { readonly: true });
  const row = /** @type {unknown[]} */ (db.prepare(factsQuery(shape)).raw().get());
  db.close();
  return JSON.stringify(row.map(String));
}

module.exports = { prepareCell };
