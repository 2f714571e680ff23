import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { resolveLinks } from './resolve-links';

let dir: string;
const at = (...names: string[]): string => path.join(dir, ...names);

beforeEach(() => {
  dir = makeTempDir();
  mkdirSync(at('data'));
  writeFileSync(at('data', 'real.db'), '');
});

test.each([
  ['a file', [], ['data', 'real.db'], ['data', 'real.db']],
  ['a link to a file', [['link.db', 'data/real.db']], ['link.db'], ['data', 'real.db']],
  [
    'a link to a link',
    [
      ['b', 'a'],
      ['a', 'data/real.db'],
    ],
    ['b'],
    ['data', 'real.db'],
  ],
  ['a file in a linked folder', [['folder', 'data']], ['folder', 'real.db'], ['data', 'real.db']],
  ['a new file in a linked folder', [['folder', 'data']], ['folder', 'new.db'], ['data', 'new.db']],
  [
    'new folders in a linked one',
    [['folder', 'data']],
    ['folder', 'x', 'y', 'new.db'],
    ['data', 'x', 'y', 'new.db'],
  ],
  ['a link to what does not exist', [['link.db', 'data/new.db']], ['link.db'], ['data', 'new.db']],
  [
    'such a link in a linked folder',
    [
      ['folder', 'data'],
      ['data/link.db', 'new.db'],
    ],
    ['folder', 'link.db'],
    ['data', 'new.db'],
  ],
] as const)('resolves %s', (_, links, file, real) => {
  for (const [from, to] of links) symlinkSync(to, at(from));
  expect(resolveLinks(at(...file))).toBe(at(...real));
});

test('a circle of links is an error', () => {
  symlinkSync('b', at('a'));
  symlinkSync('a', at('b'));
  expect(() => resolveLinks(at('a'))).toThrow('ELOOP');
});
