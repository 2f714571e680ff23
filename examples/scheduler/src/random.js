// @ts-check
'use strict';

/**
 * Random whole numbers that are the same on every run and machine: mulberry32, a 32-bit generator by
 * Tommy Ettinger, in the public domain.
 * @param {number} seed
 * @returns {(below: number) => number} gives a whole number from 0 to `below` - 1
 */
function seededRandom(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return Math.floor(fraction * below);
  };
}

module.exports = { seededRandom };
