// @ts-check
'use strict';

/**
 * Numbers of 32 bits that look random and are the same in each run: the one of these places.
 * @param {number} row
 * @param {number} place
 */
function numberAt(row, place) {
  let x = (Math.imul(row, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca77)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * @param {number} row
 * @param {number} place
 */
function doubleAt(row, place) {
  return (numberAt(row, place) / 0x1_0000_0000 + numberAt(row, place + 500)) / 1e6 - 2000;
}

/**
 * @param {number} row
 * @param {number} place
 * @param {number} size a multiple of 4
 */
function bytesAt(row, place, size) {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(numberAt(row, place * 1000 + at), at);
  return bytes;
}

/**
 * A text like a UUID.
 * @param {number} row
 * @param {number} place
 */
function uuidAt(row, place) {
  const hex = bytesAt(row, place, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/**
 * Numbers as floats of 32 bits, as a column of vectors holds them.
 * @param {number} row
 * @param {number} place
 * @param {number} count
 */
function vectorAt(row, place, count) {
  const bytes = Buffer.allocUnsafe(4 * count);
  for (let i = 0; i < count; i++)
    bytes.writeFloatLE(numberAt(row, place * 1000 + i) / 0x8000_0000 - 1, 4 * i);
  return bytes;
}

module.exports = { bytesAt, doubleAt, numberAt, uuidAt, vectorAt };
