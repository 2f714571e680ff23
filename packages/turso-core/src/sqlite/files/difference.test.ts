import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import {
  checksumByReference,
  differingBlocks,
  DifferenceError,
  fitsReference,
  moveDifference,
  restoreDifference,
  writeDifference,
} from './difference';
import { checksumOf } from './checksum';
import { noteChecksum, noteDifference } from './known-files';

let dir: string;
let restoredFiles = 0;

beforeEach(() => {
  dir = makeTempDir();
});

function file(name: string, content: Buffer): string {
  const place = path.join(dir, name);
  writeFileSync(place, content);
  return place;
}

/** Returns random bytes, the same for the same seed. */
function bytes(length: number, seed = 1): Buffer {
  const made = Buffer.alloc(length);
  for (let i = 0, x = seed; i < length; i++) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0;
    made[i] = x >>> 16;
  }
  return made;
}

function changed(content: Buffer, ...at: number[]): Buffer {
  const copy = Buffer.from(content);
  for (const place of at) copy[place] = (copy[place] ?? 0) ^ 1;
  return copy;
}

function restored(reference: string, difference: string): Buffer {
  const to = path.join(dir, `restored-${restoredFiles++}`);
  restoreDifference(reference, difference, to);
  return readFileSync(to);
}

const BASE = bytes(2_500_000);
const CASES: Readonly<Record<string, Buffer>> = {
  'the same': BASE,
  'one byte': changed(BASE, 5_000),
  'bytes on both sides of a piece': changed(BASE, (1 << 20) - 1, 1 << 20),
  'the last byte': changed(BASE, BASE.length - 1),
  longer: Buffer.concat([BASE, bytes(70_000, 2)]),
  shorter: BASE.subarray(0, 1_300_001),
  'a part of a block': BASE.subarray(0, 100),
  empty: Buffer.alloc(0),
  'all else': bytes(2_000_000, 3),
};

describe.each(Object.entries(CASES))('%s', (_, content) => {
  test('is restored from what differs', () => {
    const reference = file('reference', BASE);
    const difference = path.join(dir, 'difference');
    writeDifference(reference, file('of', content), difference);
    expect(restored(reference, difference).equals(content)).toBe(true);
    expect(fitsReference(reference, difference)).toBe(true);
  });

  test.each(Object.entries(CASES))('also after the reference has become %s', (_name, next) => {
    const [from, to] = [file('from', BASE), file('to', next)];
    const [difference, moved] = [path.join(dir, 'difference'), path.join(dir, 'moved')];
    writeDifference(from, file('of', content), difference);
    moveDifference(difference, { from, to, differing: differingBlocks(from, to) }, moved);
    expect(restored(to, moved).equals(content)).toBe(true);
    if (next.equals(content)) expect(statSync(moved).size).toBeLessThan(200);
  });
});

test('takes as much as what differs', () => {
  const reference = file('reference', BASE);
  const difference = path.join(dir, 'difference');
  writeDifference(reference, file('of', changed(BASE, 10, 9_000, 2_000_000)), difference);
  expect(statSync(difference).size).toBeLessThan(3 * 4096 + 200);
});

test('restores nothing from another reference', () => {
  const reference = file('reference', BASE);
  const difference = path.join(dir, 'difference');
  writeDifference(reference, file('of', changed(BASE, 10)), difference);
  const other = file('other', changed(BASE, 1_000_000));
  expect(fitsReference(other, difference)).toBe(false);
  expect(() => {
    restored(other, difference);
  }).toThrow(DifferenceError);
  expect(existsSync(path.join(dir, `restored-${restoredFiles - 1}`))).toBe(false);
});

test.each([0, 7, 8, 100, 4096, 4150])('refuses one that was cut off after %i bytes', (length) => {
  const reference = file('reference', BASE);
  const [difference, cut] = [path.join(dir, 'difference'), path.join(dir, 'cut')];
  writeDifference(reference, file('of', changed(BASE, 10)), difference);
  copyFileSync(difference, cut);
  truncateSync(cut, length);
  expect(() => {
    restored(reference, cut);
  }).toThrow(DifferenceError);
  expect(fitsReference(reference, cut)).toBe(false);
});

test.each([0, 4095, 4100])('refuses one whose byte %i has changed', (at) => {
  const reference = file('reference', BASE);
  const difference = path.join(dir, 'difference');
  writeDifference(reference, file('of', changed(BASE, 10)), difference);
  writeFileSync(difference, changed(readFileSync(difference), at));
  expect(fitsReference(reference, difference)).toBe(false);
});

test('what is known of files is not read from them again', () => {
  const [reference, of] = [file('reference', BASE), file('of', changed(BASE, 5_000))];
  noteDifference(reference, of, { pageSize: 4096, pages: new Set() });
  noteChecksum(reference, 7);
  expect(differingBlocks(reference, of)).toEqual([]);
  expect(checksumByReference(reference, of)).toBe(7);
});

describe.each([512, 4096, 65_536])(
  'where it is known in which pages of %i bytes files differ',
  (pageSize) => {
    test.each(Object.entries(CASES))('a difference is the same: %s', (name, content) => {
      const [reference, of] = [file('reference', BASE), file('of', content)];
      const [whole, known] = [path.join(dir, 'whole'), path.join(dir, 'known')];
      writeDifference(reference, of, whole);
      const pages = new Set<number>();
      for (let at = 0; at < Math.max(BASE.length, content.length); at += pageSize)
        if (!BASE.subarray(at, at + pageSize).equals(content.subarray(at, at + pageSize)))
          pages.add(at / pageSize + 1);
      const blocks = differingBlocks(reference, of);
      noteDifference(reference, of, { pageSize, pages });
      noteChecksum(reference, checksumOf(reference));
      writeDifference(reference, of, known);
      expect([name, readFileSync(known).equals(readFileSync(whole))]).toEqual([name, true]);
      expect(differingBlocks(reference, of)).toEqual(blocks);
    });
  },
);
