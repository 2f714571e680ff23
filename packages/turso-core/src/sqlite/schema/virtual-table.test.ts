import { parseVirtualTable, type VirtualTable } from './virtual-table';

const parse = (rest: string): unknown => parseVirtualTable('f', `CREATE VIRTUAL TABLE ${rest}`);

const CASES: readonly (readonly [string, Partial<VirtualTable>])[] = [
  [
    'f USING fts5(a)',
    { module: 'fts5', content: 'own', shadows: ['data', 'idx', 'content', 'docsize', 'config'] },
  ],
  ['"f" USING FTS5(a, columnsize = 0)', { content: 'own', shadows: ['data', 'idx', 'content', 'config'] }],
  [`'f' using "fts5"(a, content='')`, { content: 'none', shadows: ['data', 'idx', 'docsize', 'config'] }],
  [
    `[f] USING fts5(a, content="", contentless_unindexed=1)`,
    { content: 'none', shadows: ['data', 'idx', 'content', 'docsize', 'config'] },
  ],
  [
    'f /* so */ USING fts5(a, content="the ""notes""" , content_rowid=id, tokenize = "unicode61 tokenchars \'-,(\'")',
    { content: 'external', source: { table: 'the "notes"', rowid: 'id' } },
  ],
  ['f USING fts5(a, "content")', { content: 'own', source: null }],
  ['f USING fts5(CONTENT = [a b], a)', { content: 'external', source: { table: 'a b', rowid: 'rowid' } }],
  [
    'f USING fts4(a, languageid="lid", matchinfo=fts3, tokenize=simple x "=,)")',
    { content: 'own', languageId: 'lid', shadows: ['content', 'segments', 'segdir', 'stat'] },
  ],
  ['f USING fts4(content="t")', { content: 'external', shadows: ['segments', 'segdir', 'stat', 'docsize'] }],
  // Only fts4 has options.
  ['f USING fts3(content="t")', { content: 'own', shadows: ['content', 'segments', 'segdir', 'stat'] }],
  ['f USING rtree_i32(id, a, b)', { content: 'own', shadows: ['node', 'rowid', 'parent'] }],
  ['f USING fts5vocab(x, row)', { content: 'derived', shadows: [] }],
  ['f USING spellfix1', { module: 'spellfix1', content: 'unknown' }],
  ['f -- USING fts5(a)\n USING rtree(id, a, b)', { module: 'rtree' }],
];

test.each(CASES)('CREATE VIRTUAL TABLE %s', (sql, expected) => {
  const shadows = expected.shadows?.map((name) => `f_${name}`);
  expect(parse(sql)).toMatchObject({ ...expected, ...(shadows === undefined ? {} : { shadows }) });
});
