import { appendFileSync, linkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { knownChecksum, knownDifference, noteChecksum, noteDifference } from './known-files';

let dir: string;
beforeEach(() => {
  dir = makeTempDir('known-');
});

function file(name: string): string {
  const place = path.join(dir, name);
  writeFileSync(place, name);
  return place;
}

const pages = (...numbers: number[]): Set<number> => new Set(numbers);

test('a difference is known in both directions, and by other names of the files', () => {
  const [a, b] = [file('a'), file('b')];
  const other = path.join(dir, 'other');
  linkSync(a, other);
  noteDifference(a, b, { pageSize: 512, pages: pages(1, 2) });
  for (const [from, to] of [
    [a, b],
    [b, a],
    [other, b],
  ] as const)
    expect(knownDifference(from, to)).toMatchObject({ pageSize: 512, pages: pages(1, 2) });
});

test('a difference follows from those to a third file, if their pages are of one size', () => {
  const [a, b, c, d] = [file('a'), file('b'), file('c'), file('d')];
  noteDifference(a, b, { pageSize: 512, pages: pages(1, 2) });
  noteDifference(c, b, { pageSize: 512, pages: pages(2, 3) });
  noteDifference(b, d, { pageSize: 1024, pages: pages(1) });
  expect(knownDifference(a, c)).toEqual({ pageSize: 512, pages: pages(1, 2, 3) });
  expect(knownDifference(a, d)).toBeNull();
});

test('the newest note counts', () => {
  const [a, b] = [file('a'), file('b')];
  noteDifference(a, b, { pageSize: 512, pages: pages(1) });
  noteDifference(a, b, { pageSize: 512, pages: pages(2) });
  noteChecksum(a, 1);
  noteChecksum(a, 2);
  expect(knownDifference(a, b)?.pages).toEqual(pages(2));
  expect(knownChecksum(a)).toBe(2);
});

test('nothing is known of a file after a write', () => {
  const [a, b] = [file('a'), file('b')];
  noteDifference(a, b, { pageSize: 512, pages: pages() });
  noteChecksum(a, 7);
  expect([knownDifference(a, b)?.pages, knownChecksum(a), knownChecksum(b)]).toEqual([pages(), 7, null]);
  appendFileSync(a, '!');
  expect([knownDifference(a, b), knownChecksum(a)]).toEqual([null, null]);
});

test('the oldest notes are forgotten', () => {
  const [base, first] = [file('base'), file('first')];
  noteDifference(base, first, { pageSize: 512, pages: pages() });
  noteChecksum(first, 1);
  const others = Array.from({ length: 20 }, (_, i) => file(`${i} of others`));
  for (const [i, other] of others.entries()) {
    expect([knownDifference(base, first)?.pages, knownChecksum(first)]).toEqual([pages(), 1]);
    noteDifference(base, other, { pageSize: 512, pages: pages(i) });
    noteChecksum(other, i);
  }
  expect([knownDifference(base, first), knownChecksum(first)]).toEqual([null, null]);
  expect(others.map(knownChecksum)).toEqual(others.map((_, i) => i));
});
