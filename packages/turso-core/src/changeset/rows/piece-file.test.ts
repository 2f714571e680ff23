import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { pieceFile, type PieceFile } from './piece-file';

let [directory, files] = ['', [] as PieceFile[]];
beforeEach(() => (directory = makeTempDir('pieces-')));
afterEach(() => {
  for (const file of files) file.close();
  files = [];
});

function openFile(place = path.join(directory, 'pieces')): PieceFile {
  const file = pieceFile(() => place);
  files.push(file);
  return file;
}

test('pieces are read as they were kept, as often as they are asked for', () => {
  const file = openFile();
  const pieces = ['[1,"é€🦀"]', '', '[2]'].map((text, i) => ({
    ...{ text, count: i, set: [i] },
    blobs: i === 0 ? null : { columns: [0, 1], bytes: [new Uint8Array([0, i, 255]), new Uint8Array([i])] },
  }));
  const kept = pieces.map((piece) => file.keep(piece));
  for (let use = 0; use < 2; use++) expect(kept.map((piece) => ({ ...piece }))).toEqual(pieces);
});

test('one file is made once a piece comes, and none is left', () => {
  let asked = 0;
  const file = pieceFile(() => path.join(directory, `pieces-${++asked}`));
  files.push(file);
  expect(asked).toBe(0);
  for (let i = 0; i < 2; i++) expect(file.keep({ text: '[1]', count: 1, blobs: null })).not.toBeNull();
  expect(asked).toBe(1);
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('a folder that takes no file keeps nothing', () => {
  const file = openFile(path.join(directory, 'missing', 'pieces'));
  for (let i = 0; i < 2; i++) expect(file.keep({ text: '[1]', count: 1, blobs: null })).toBeNull();
});

test('what does not fit is refused, and what was kept before can still be read', () => {
  const file = openFile();
  const first = file.keep({ text: '[1]', count: 1, blobs: null });
  const megabyte = new Uint8Array(1_000_000);
  const large = { columns: [0], bytes: Array.from({ length: 600 }, () => megabyte) };
  expect(file.keep({ text: '[2]', count: 1, blobs: large })).toBeNull();
  expect(first?.text).toBe('[1]');
});

test('nothing is kept once the file is closed', () => {
  const file = openFile();
  file.close();
  expect(file.keep({ text: '[1]', count: 1, blobs: null })).toBeNull();
});
