// @ts-check
'use strict';

const { bytesAt, doubleAt, numberAt, uuidAt, vectorAt } = require('./pseudo-random');

/**
 * Rows of one kind: the table `t` that holds them, and how an update changes each. Integers are BigInt, as both sides bind them.
 * @typedef {null | bigint | number | string | Uint8Array} Value
 * @typedef {object} Shape
 * @property {string} what
 * @property {string} schema
 * @property {readonly string[]} columns
 * @property {readonly string[]} key The columns that tell a row, as a client names them.
 * @property {readonly string[]} sets The columns that an update changes.
 * @property {(i: number, isChanged: boolean) => Value[]} row The values of a row, before or after the update.
 * @property {boolean} [isSpan] Whether the rows are all that there are from the first key to the last.
 * @property {{ insert: number, update: number, delete: number }} goal Times as fast as the peer.
 */

const GOAL = { insert: 5, update: 3, delete: 4 };

const KINDS = ['paid', 'sent', 'failed', 'queued', 'seen', 'dropped', 'new'];

const TEXTS = [
  'Grüße aus Köln',
  'Привет, мир',
  '你好,世界',
  'שלום עולם',
  'it\'s "quoted"',
  'two\nlines',
  '🦀 crab',
  'naïve café',
];

const WIDE = Array.from({ length: 59 }, (_, i) => `c${i}`);

/** @type {Record<string, Shape>} */
const SHAPES = {
  numbers: {
    what: 'integers and short texts',
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, contact INTEGER, kind TEXT, at TEXT)',
    columns: ['id', 'contact', 'kind', 'at'],
    key: ['id'],
    sets: ['contact', 'kind'],
    isSpan: true,
    goal: GOAL,
    row: (i, isChanged) => [
      BigInt(i),
      BigInt((i % 997) + (isChanged ? 1 : 0)),
      kindOf(i, isChanged),
      timeOf(i),
    ],
  },
  doubles: {
    what: 'doubles',
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a REAL, b REAL, c REAL, d REAL)',
    columns: ['id', 'a', 'b', 'c', 'd'],
    key: ['id'],
    sets: ['a', 'b'],
    isSpan: true,
    goal: GOAL,
    row: (i, isChanged) => [
      BigInt(i),
      doubleAt(i, isChanged ? 11 : 1),
      doubleAt(i, isChanged ? 12 : 2),
      doubleAt(i, 3),
      doubleAt(i, 4),
    ],
  },
  blobs: {
    what: 'a blob of 24 bytes in each row',
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, contact INTEGER, digest BLOB)',
    columns: ['id', 'contact', 'digest'],
    key: ['id'],
    sets: ['digest'],
    isSpan: true,
    goal: GOAL,
    row: (i, isChanged) => [BigInt(i), BigInt(i % 997), bytesAt(i, isChanged ? 2 : 1, 24)],
  },
  'rare-blobs': {
    what: 'a blob in one row of a thousand',
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, contact INTEGER, kind TEXT, data BLOB)',
    columns: ['id', 'contact', 'kind', 'data'],
    key: ['id'],
    sets: ['kind', 'data'],
    isSpan: true,
    goal: GOAL,
    row: (i, isChanged) => [
      BigInt(i),
      BigInt(i % 997),
      kindOf(i, isChanged),
      i % 1000 === 500 ? bytesAt(i, isChanged ? 2 : 1, 24) : null,
    ],
  },
  vectors: {
    what: 'a vector of 1,536 bytes in each row',
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, contact INTEGER, embedding F32_BLOB(384))',
    columns: ['id', 'contact', 'embedding'],
    key: ['id'],
    sets: ['embedding'],
    isSpan: true,
    goal: { insert: 1.8, update: 1.2, delete: 4 },
    row: (i, isChanged) => [BigInt(i), BigInt(i % 997), vectorAt(i, isChanged ? 2 : 1, 384)],
  },
  'blob-key': {
    what: 'a key of 16 random bytes, WITHOUT ROWID',
    schema: 'CREATE TABLE t(id BLOB PRIMARY KEY, name TEXT, n INTEGER) WITHOUT ROWID',
    columns: ['id', 'name', 'n'],
    key: ['id'],
    sets: ['n'],
    goal: GOAL,
    row: (i, isChanged) => [bytesAt(i, 1, 16), `name ${i}`, BigInt(i * 2 + (isChanged ? 1 : 0))],
  },
  'text-key': {
    what: 'a random text key',
    schema: 'CREATE TABLE t(id TEXT PRIMARY KEY, name TEXT, n INTEGER)',
    columns: ['id', 'name', 'n'],
    key: ['id'],
    sets: ['n'],
    goal: GOAL,
    row: (i, isChanged) => [uuidAt(i, 1), `name ${i}`, BigInt(i * 2 + (isChanged ? 1 : 0))],
  },
  'two-keys': {
    what: 'a key of two columns, WITHOUT ROWID',
    schema: 'CREATE TABLE t(a INTEGER, b TEXT, n INTEGER, PRIMARY KEY(a, b)) WITHOUT ROWID',
    columns: ['a', 'b', 'n'],
    key: ['a', 'b'],
    sets: ['n'],
    goal: GOAL,
    row: (i, isChanged) => [BigInt(i >> 3), `part ${i & 7}`, BigInt(i * 2 + (isChanged ? 1 : 0))],
  },
  'no-key': {
    what: 'no key',
    schema: 'CREATE TABLE t(contact INTEGER, kind TEXT, at TEXT)',
    columns: ['contact', 'kind', 'at'],
    key: ['rowid'],
    sets: ['kind'],
    isSpan: true,
    goal: GOAL,
    row: (i, isChanged) => [BigInt(i % 997), kindOf(i, isChanged), timeOf(i)],
  },
  unique: {
    what: 'a UNIQUE column, changed in every row',
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT UNIQUE, n INTEGER)',
    columns: ['id', 'code', 'n'],
    key: ['id'],
    sets: ['code'],
    isSpan: true,
    goal: GOAL,
    row: (i, isChanged) => [BigInt(i), `${isChanged ? 'new' : 'code'} ${i}`, BigInt(i * 2)],
  },
  wide: {
    what: '60 columns',
    schema: `CREATE TABLE t(id INTEGER PRIMARY KEY, ${WIDE.map((name, i) => `${name} ${['INTEGER', 'TEXT', 'REAL'][i % 3]}`).join(', ')})`,
    columns: ['id', ...WIDE],
    key: ['id'],
    sets: WIDE.slice(0, 30),
    isSpan: true,
    goal: { insert: 3, update: 3, delete: 3 },
    row: (i, isChanged) => [
      BigInt(i),
      ...WIDE.map((_, column) => wideValue(i, column, isChanged && column < 30)),
    ],
  },
  texts: {
    what: 'texts in many scripts, quotes, newlines',
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, title TEXT, body TEXT)',
    columns: ['id', 'title', 'body'],
    key: ['id'],
    sets: ['body'],
    isSpan: true,
    goal: GOAL,
    row: (i, isChanged) => [BigInt(i), textOf(i), `${textOf(i + 3)} ${isChanged ? 'now' : 'then'}`],
  },
};

/**
 * @param {number} i
 * @param {boolean} isChanged
 */
function kindOf(i, isChanged) {
  return `${KINDS[i % 7]}${isChanged ? '!' : ''}`;
}

/** @param {number} i */
function timeOf(i) {
  return new Date(1_700_000_000_000 + i * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** @param {number} i */
function textOf(i) {
  return `${TEXTS[i % TEXTS.length]}, ${TEXTS[(i >> 3) % TEXTS.length]} ${i}`;
}

/**
 * @param {number} i
 * @param {number} column
 * @param {boolean} isChanged
 * @returns {Value}
 */
function wideValue(i, column, isChanged) {
  const place = isChanged ? column + 100 : column;
  if (column % 3 === 0) return BigInt(numberAt(i, place) % 100_000);
  return column % 3 === 1 ? `text ${numberAt(i, place) % 10_000}` : doubleAt(i, place);
}

/** What happens to the rows. */
const CHANGES = /** @type {const} */ (['insert', 'update', 'delete']);

/** @typedef {typeof CHANGES[number]} Change */

module.exports = { CHANGES, SHAPES };
