import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { recoverDirectory, replaceDirectory } from './replace-directory';

let root: string;
let target: string;

beforeEach(() => {
  root = makeTempDir();
  target = path.join(root, 'base');
});

/** Creates a folder with one word in two files. */
function make(name: string, word: string): string {
  const directory = path.join(root, name);
  mkdirSync(directory);
  for (const file of ['a', 'b']) writeFileSync(path.join(directory, file), word);
  return directory;
}

/** Returns the word in both files of the target. */
function found(): string {
  const [a, b] = ['a', 'b'].map((file) => readFileSync(path.join(target, file), 'utf8'));
  expect(a).toBe(b);
  return a ?? '';
}

test('puts a folder where there was none, and where there was one', () => {
  replaceDirectory(make('first', 'one'), target);
  expect(found()).toBe('one');
  replaceDirectory(make('second', 'two'), target);
  expect(found()).toBe('two');
  expect(readdirSync(root)).toEqual(['base']);
});

test('recovers nothing where nothing was cut off', () => {
  recoverDirectory(target);
  expect(readdirSync(root)).toEqual([]);
  make('base', 'one');
  recoverDirectory(target);
  expect(found()).toBe('one');
});

test('goes back to the old one after a death between the two renames', () => {
  make('base', 'old');
  const finished = make('finished', 'new');
  renameSync(target, `${target}.previous`);
  recoverDirectory(target);
  expect(found()).toBe('old');
  replaceDirectory(finished, target);
  expect(found()).toBe('new');
  expect(readdirSync(root)).toEqual(['base']);
});

test('stays with the new one after a death before the old one was removed', () => {
  make('base', 'new');
  make('base.previous', 'old');
  recoverDirectory(target);
  expect(found()).toBe('new');
  expect(readdirSync(root)).toEqual(['base']);
});

test('replaces what an earlier death has left under both names', () => {
  make('base', 'one');
  make('base.previous', 'zero');
  replaceDirectory(make('finished', 'two'), target);
  expect(found()).toBe('two');
  expect(existsSync(`${target}.previous`)).toBe(false);
});

test('keeps the old one when there is nothing to put in its place', () => {
  make('base', 'one');
  expect(() => replaceDirectory(path.join(root, 'missing'), target)).toThrow('ENOENT');
  recoverDirectory(target);
  expect(found()).toBe('one');
  rmSync(target, { recursive: true });
});
