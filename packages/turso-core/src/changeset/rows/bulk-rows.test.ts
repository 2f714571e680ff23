import { createHash } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import { withDiff } from '../diff';
import type { RowPiece, TableChanges } from '../model';
import { blobsSize } from './row-blobs';

const FILL =
  'WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 3000) INSERT INTO t SELECT n';

async function withChanges(
  { schema, values, edit }: { schema: string; values: string; edit: string },
  work: (changes: TableChanges) => void,
): Promise<void> {
  const [before, after] = ['before.db', 'after.db'].map((name) => path.join(makeTempDir('bulk-'), name)) as [
    string,
    string,
  ];
  buildDatabase(before, `${schema}; ${FILL}, ${values} FROM i`);
  copyFileSync(before, after);
  editDatabase(after, edit);
  await withDiff(before, after, ({ tables: [changes] }) => {
    if (changes === undefined) throw new Error('Nothing has changed');
    work(changes);
  });
}

test('counting rows that JSON does not hold keeps none of them, and each use reads all of them', async () => {
  const tiny = {
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, v REAL)',
    values: '1.0',
    edit: 'UPDATE t SET v = 1e-300',
  };
  await withChanges(tiny, (changes) => {
    expect(changes.count('update')).toBe(3000);
    const pieces = [...(changes.bulk('update', 'keys') ?? [])];
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces) {
      if ('text' in piece) throw new Error('JSON does not hold tiny doubles');
      expect(Array.isArray(piece.rows)).toBe(false);
      for (let use = 0; use < 2; use++) expect([...piece.rows]).toHaveLength(piece.count);
    }
  });
});

describe.each([
  ['a column of BLOBs', 'v BLOB'],
  ['a column of any type', 'v'],
  ['a column of texts', 'v TEXT'],
])('BLOBs in %s', (_, column) => {
  const blobs = {
    schema: `CREATE TABLE t(id INTEGER PRIMARY KEY, ${column}, w)`,
    values: `CASE n % 4 WHEN 0 THEN 'text' WHEN 1 THEN NULL ELSE zeroblob(n % 3) END, n`,
    edit: `UPDATE t SET v = CASE id % 4 WHEN 0 THEN x'00FF80' WHEN 1 THEN x'' WHEN 2 THEN 'a text' END`,
  };

  test('stand beside the rows, end to end', async () => {
    await withChanges(blobs, (changes) => {
      const [first] = textPieces(changes.bulk('update', 'keys'));
      expect(first?.blobs?.columns).toEqual([1]);
      expect(Buffer.from(first?.blobs?.bytes[0]?.subarray(0, 6) ?? []).toString('hex')).toBe('00ff8000ff80');
      const rows = (first?.text ?? '').replace(/[\r\t]/g, '').split('\n');
      expect(rows.slice(0, 5)).toEqual([
        '[1,1,0],',
        '[2,"a text",null],',
        '[3,null,null],',
        '[4,1,3],',
        '[5,4,0],',
      ]);
    });
  });

  test('stand in reports as base64', async () => {
    await withChanges(blobs, (changes) => {
      const rows = textPieces(changes.bulk('update', 'report')).flatMap(({ text }) => text.split(',\n'));
      expect(rows).toHaveLength(3000);
      expect(rows.slice(0, 4).map((row) => JSON.parse(row) as unknown)).toEqual([
        { key: [1], set: { v: [null, { blob: '' }] } },
        { key: [2], set: { v: [{ blob: 'AAA=' }, 'a text'] } },
        { key: [3], set: { v: [{ blob: '' }, null] } },
        { key: [4], set: { v: ['text', { blob: 'AP+A' }] } },
      ]);
    });
  });
});

test('a piece has no more rows than go into one statement', async () => {
  const long = {
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w BLOB)',
    values: `'', ''`,
    edit: `UPDATE t SET v = iif(id < 1000, hex(zeroblob(1000)), ''), w = zeroblob(iif(id > 2000, 6000, 1))`,
  };
  await withChanges(long, (changes) => {
    for (const form of ['keys', 'rows', 'report'] as const) {
      const pieces = textPieces(changes.bulk('update', form));
      expect(pieces.reduce((sum, { count }) => sum + count, 0)).toBe(3000);
      expect(pieces.length).toBeLessThan(20);
      for (const { text, blobs } of pieces.filter(() => form !== 'report')) {
        expect(text.length).toBeLessThan(1_100_000);
        expect(blobsSize(blobs)).toBeLessThan(2_100_000);
      }
    }
  });
});

test('what is too much to keep is not rendered again to know how many rows there are', async () => {
  const large = {
    schema: 'CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB, w BLOB, x REAL)',
    values: `x'01', x'02', 1.5`,
    edit: 'UPDATE t SET v = zeroblob(9000), w = zeroblob(9000), x = iif(id = 2000, 2.5, x)',
  };
  await withChanges(large, (changes) => {
    expect(changes.count('update')).toBe(3000);
    const facts = (pieces: readonly TextPiece[]): unknown => pieces.map(({ count, set }) => ({ count, set }));
    const outline = textPieces(changes.bulk('update', 'outline'));
    expect(outline.every(({ text, blobs }) => text === '' && blobs === null)).toBe(true);
    const [keys, again, third] = [1, 2, 3].map(() => textPieces(changes.bulk('update', 'keys')));
    // Kept in a file, with only what tells their place in memory.
    expect(third?.map((piece, i) => piece === again?.[i])).toEqual(outline.map(() => true));
    const content = (pieces: readonly TextPiece[] = []): unknown =>
      pieces.map(({ text, blobs }) => [
        text,
        blobs?.bytes.map((b) => createHash('sha1').update(b).digest('hex')),
      ]);
    expect(content(again)).toEqual(content(keys));
    expect(facts(keys ?? [])).toEqual(facts(outline));
    const rows = keys?.flatMap(({ text }) => text.replace(/[\r\t]/g, '').split(',\n')) ?? [];
    expect(rows).toHaveLength(3000);
    expect(JSON.parse(rows[1999] ?? '')).toEqual([
      2000,
      expect.any(Number),
      9000,
      expect.any(Number),
      9000,
      2.5,
    ]);
    const reports = textPieces(changes.bulk('update', 'report')).flatMap(({ text }) => text.split(',\n'));
    expect(reports).toHaveLength(3000);
    expect(JSON.parse(reports[1999] ?? '')).toMatchObject({
      key: [2000],
      set: { x: [{ real: '1.5e+00' }, { real: '2.5e+00' }] },
    });
  });
});

type TextPiece = Extract<RowPiece, { text: string }>;

function textPieces(pieces: Iterable<RowPiece> | null): TextPiece[] {
  return [...(pieces ?? [])].map((piece) => {
    if (!('text' in piece)) throw new Error('Some rows were not rendered');
    return piece;
  });
}
