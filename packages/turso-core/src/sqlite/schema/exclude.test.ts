import { Database } from '../files/sqlite';
import { findExcluded, includesAll, isExcluded, unmatched } from './exclude';

const NAMES = [
  '',
  'a',
  'b',
  'A',
  'ab',
  'aB',
  'a]',
  ']',
  '^',
  '-',
  'a-b',
  'a[b',
  'a*',
  'a?',
  'ä',
  'Ä',
  '🙂',
  'x\ny',
];
const PATTERNS = [
  ...[
    '*',
    '?',
    'a',
    'A*',
    'a?',
    '[ab]',
    '[a-b]',
    '[^a]',
    '[]]',
    '[]a]',
    '[^]]',
    '[^]',
    '[]',
    '[',
    'a[',
    '[a',
  ],
  ...[
    '[a-]',
    '[-a]',
    '[^-a]',
    '[b-a]',
    'a[*]',
    'a[?]',
    '[[]',
    'a[[]b',
    '??',
    '*b',
    '[^^]',
    '[\\]',
    '.',
    'a.*',
    'ä',
    '[ä-ö]',
  ],
];

test.each(PATTERNS)('%j matches what GLOB matches, without case', (pattern) => {
  const db = new Database(':memory:');
  const glob = db
    .prepare('SELECT lower($name) GLOB lower($pattern) OR lower($name) = lower($pattern)')
    .pluck();
  const found = NAMES.filter((name) => isExcluded(name, [pattern]));
  expect(found).toEqual(NAMES.filter((name) => glob.get({ name, pattern }) === 1));
  db.close();
});

const table = (
  name: string,
  sql = `CREATE TABLE ${name}(a)`,
): { type: string; name: string; sql: string } => ({
  type: 'table',
  name,
  sql,
});

const CANDIDATES = [
  table('docs', 'CREATE VIRTUAL TABLE docs USING vec0(e float[3])'),
  ...['info', 'chunks', 'rowids', 'auxiliary', 'vector_chunks00', 'metadatachunks15', 'metadatatext01'].map(
    (n) => table(`docs_${n}`),
  ),
  table('docs_tags'),
  table('notes', 'CREATE VIRTUAL TABLE notes USING fts5(a)'),
  ...['data', 'idx', 'content', 'docsize', 'config', 'more'].map((n) => table(`notes_${n}`)),
  table('odd', 'CREATE VIRTUAL TABLE odd USING nobody_knows(a)'),
  table('Odd_x'),
  { type: 'view', name: 'seen', sql: 'CREATE VIEW seen AS SELECT 1' },
];
const kept = (...exclude: string[]): string[] => {
  const { all } = findExcluded(CANDIDATES, exclude);
  return CANDIDATES.map((c) => c.name).filter((name) => !all.has(name.toLowerCase()));
};
const NAMED = CANDIDATES.map((c) => c.name);

test('the tables that a virtual table is stored in go with it', () => {
  expect(kept('DOCS')).toEqual(NAMED.filter((name) => !name.startsWith('docs') || name === 'docs_tags'));
  expect(kept('notes')).toEqual(NAMED.filter((name) => !name.startsWith('notes') || name === 'notes_more'));
  expect(kept('odd')).toEqual(NAMED.filter((name) => !/^odd/i.test(name)));
  expect(findExcluded(CANDIDATES, ['doc?', 'seen']).matched).toEqual(['docs', 'seen']);
});

test('they stay with it as well', () => {
  expect(kept('docs_*')).toEqual(NAMED.filter((name) => name !== 'docs_tags'));
  expect(kept('notes_data', 'odd_x')).toEqual(NAMED);
});

test('tells which patterns match nothing, and which lists let nothing come back', () => {
  expect(unmatched(['Docs', 'notes'], ['docs', 'n*', 'x*'])).toEqual(['x*']);
  expect(includesAll(['A', 'b'], ['a'])).toBe(true);
  expect(includesAll(['a'], ['a', 'b'])).toBe(false);
  expect(includesAll([], [])).toBe(true);
});
