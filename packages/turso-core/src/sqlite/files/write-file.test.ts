import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { writePieces } from './write-file';

test.each([
  ['one byte', 'a'],
  ['two bytes', 'é'],
  ['three bytes', '€'],
  ['four bytes, two code units', '🦀'],
])('text of characters of %s is written whole, however long', async (_, character) => {
  const file = path.join(makeTempDir('write-'), 'pieces');
  const pieces = ['x', character.repeat(700_000), 'y', '', character.repeat(3)];
  await writePieces(file, pieces);
  expect(fs.readFileSync(file).equals(Buffer.from(pieces.join('')))).toBe(true);
});

test('pieces are written in their order, and a file is replaced', async () => {
  const file = path.join(makeTempDir('write-'), 'pieces');
  await writePieces(file, ['a', 'b'.repeat(1 << 19), 'c']);
  expect(fs.readFileSync(file, 'utf8')).toBe(`a${'b'.repeat(1 << 19)}c`);
  await writePieces(file, []);
  expect(fs.readFileSync(file, 'utf8')).toBe('');
});
