import fs from 'node:fs';
import path from 'node:path';
import { readErrorCodes } from './contract.fixture';

const SOURCES = path.join(__dirname, '../../src');

/** The folders and files that a live connection consists of; `sqlite` belongs to the commands as well. */
const LIVE = [
  'live',
  'hrana',
  'remote/url.ts',
  'remote/server-url.ts',
  'remote/file-url.ts',
  'check-options.ts',
];

test('the sources of a live connection have exactly the codes of every language', () => {
  const known = wordsIn(
    fs.readFileSync(path.join(SOURCES, 'errors.ts'), 'utf8').split('export class')[0] ?? '',
  );
  const used = new Set(LIVE.flatMap((place) => filesIn(path.join(SOURCES, place)).flatMap(codesIn)));
  const table = [...readErrorCodes().keys()];
  expect([...used].filter((code) => known.includes(code)).toSorted()).toEqual(
    table.filter((code) => code !== 'INTERNAL').toSorted(),
  );
  // Only a native library has something to say about its own defects.
  expect(known).toEqual(expect.arrayContaining(table));
});

function codesIn(file: string): string[] {
  return !file.endsWith('.ts') || file.endsWith('.test.ts') ? [] : wordsIn(fs.readFileSync(file, 'utf8'));
}

function wordsIn(source: string): string[] {
  return [...source.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map(([, word = '']) => word);
}

function filesIn(place: string): string[] {
  if (!fs.statSync(place).isDirectory()) return [place];
  return fs.readdirSync(place).flatMap((name) => filesIn(path.join(place, name)));
}
