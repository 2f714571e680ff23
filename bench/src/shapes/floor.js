// @ts-check
'use strict';

const { BatchCond, openHttp } = require('@libsql/hrana-client');

/** Bytes and rows of one statement. */
const PIECE = { bytes: 1_000_000, rows: 2_000 };

/** Columns from which on a list of values as SQL is read faster than JSON is: SQLite walks an array for each element. */
const WIDE = 30;

/**
 * What the server needs for these rows, and no less: the best statements that are known, in one transaction and one request, in
 * the order of the key. Guards, records and the search for what has changed are missing.
 * @param {string} url
 * @param {import('./shapes').Shape} shape
 * @param {import('./shapes').Change} change
 * @param {import('./shapes').Value[][]} rows
 */
async function pushFloor(url, shape, change, rows) {
  const client = openHttp(url, undefined, undefined, undefined, 3);
  const stream = client.openStream();
  const batch = stream.batch(false);
  const begin = batch.step();
  /** @type {Promise<unknown>[]} */
  const results = [begin.run('BEGIN IMMEDIATE')];
  let last = begin;
  for (const statement of statements(shape, change, rows)) {
    const step = batch.step().condition(BatchCond.ok(last));
    results.push(step.run(statement));
    last = step;
  }
  results.push(batch.step().condition(BatchCond.ok(last)).run('COMMIT'));
  await batch.execute();
  await Promise.all(results);
  stream.close();
  client.close();
}

/**
 * @param {import('./shapes').Shape} shape
 * @param {import('./shapes').Change} change
 * @param {import('./shapes').Value[][]} rows
 * @returns {Generator<import('@libsql/hrana-client').InStmt>}
 */
function* statements({ columns, key, sets, isSpan }, change, rows) {
  const names = key.includes('rowid') ? ['rowid', ...columns] : columns;
  const at = (/** @type {string} */ name) => names.indexOf(name);
  if (change === 'delete' && isSpan) {
    const keys = rows.map((row) => row[at(key[0] ?? '')]);
    yield [`DELETE FROM t WHERE ${key[0]} BETWEEN ? AND ?`, [keys[0] ?? null, keys.at(-1) ?? null]];
    return;
  }
  const wanted = change === 'insert' ? columns : change === 'delete' ? key : [...key, ...sets];
  const sorted = isSpan ? rows : [...rows].sort((a, b) => compare(a, b, key.map(at)));
  const read = sorted.map((row) => wanted.map((name) => row[at(name)] ?? null));
  for (const piece of pieces(read)) {
    const { source, args } = piece;
    const list = wanted.map((_, i) => `r.c${i}`);
    if (change === 'insert')
      yield [`${source} INSERT INTO t(${wanted.join()}) SELECT ${list.join()} FROM r`, args];
    else if (change === 'delete') {
      yield [`${source} DELETE FROM t WHERE (${key.join()}) IN (SELECT ${list.join()} FROM r)`, args];
    } else {
      const assignments = sets.map((name, i) => `${name} = r.c${key.length + i}`).join();
      const isRow = key.map((name, i) => `t.${name} = r.c${i}`).join(' AND ');
      yield [`${source} UPDATE t SET ${assignments} FROM r WHERE ${isRow}`, args];
    }
  }
}

/**
 * Rows as a common table expression `r(c0, c1, ..)`: one JSON text, and one blob of all blobs end to end.
 * @param {import('./shapes').Value[][]} rows
 */
function* pieces(rows) {
  const width = rows[0]?.length ?? 0;
  const isWide = width > WIDE;
  let texts = /** @type {string[]} */ ([]);
  let blobs = /** @type {Uint8Array[]} */ ([]);
  let [chars, bytes] = [0, 0];
  const flush = () => {
    const joined = texts.join(',');
    [texts, chars] = [[], 0];
    if (isWide) return { source: `WITH r(${list(width, (i) => `c${i}`)}) AS (VALUES ${joined})`, args: [] };
    const holdsBlobs = blobs.length > 0;
    const cell = (/** @type {number} */ i) =>
      holdsBlobs && columnsOfBlobs.has(i)
        ? `iif(json_type(value, '$[${i}]') = 'array', substr(?2, value->>'$[${i}][0]', value->>'$[${i}][1]'), value->>${i})`
        : `value->>${i}`;
    const source = `WITH r AS (SELECT ${list(width, (i) => `${cell(i)} AS c${i}`)} FROM json_each(?1))`;
    const args = [`[${joined}]`, ...(holdsBlobs ? [Buffer.concat(blobs)] : [])];
    [blobs, bytes] = [[], 0];
    return { source, args };
  };
  const columnsOfBlobs = new Set();
  for (const row of rows) {
    const cells = row.map((value, i) => {
      if (!(value instanceof Uint8Array)) return isWide ? sqlOf(value) : jsonOf(value);
      columnsOfBlobs.add(i);
      const cell = `[${bytes + 1},${value.byteLength}]`;
      blobs.push(value);
      bytes += value.byteLength;
      return cell;
    });
    const text = isWide ? `(${cells.join()})` : `[${cells.join()}]`;
    texts.push(text);
    chars += text.length + 1;
    if (chars + bytes > PIECE.bytes || texts.length >= PIECE.rows) yield flush();
  }
  if (texts.length > 0) yield flush();
}

/**
 * @param {number} width
 * @param {(i: number) => string} name
 */
function list(width, name) {
  return Array.from({ length: width }, (_, i) => name(i)).join();
}

/** @param {Exclude<import('./shapes').Value, Uint8Array>} value */
function jsonOf(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' ? value.toExponential(17) : String(value);
}

/** @param {Exclude<import('./shapes').Value, Uint8Array>} value */
function sqlOf(value) {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return typeof value === 'number' ? value.toExponential(17) : String(value ?? 'NULL');
}

/**
 * @param {import('./shapes').Value[]} a
 * @param {import('./shapes').Value[]} b
 * @param {number[]} places
 */
function compare(a, b, places) {
  for (const place of places) {
    const [x, y] = [a[place], b[place]];
    if (x instanceof Uint8Array && y instanceof Uint8Array) return Buffer.compare(x, y);
    if (x !== y) return /** @type {any} */ (x) < /** @type {any} */ (y) ? -1 : 1;
  }
  return 0;
}

module.exports = { pushFloor };
