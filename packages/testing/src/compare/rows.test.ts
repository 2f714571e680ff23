import { compareEdited } from './edited.fixture';

describe('values', () => {
  const base = `CREATE TABLE t(id INTEGER PRIMARY KEY, v);
    INSERT INTO t VALUES(1,1),(2,0.0),(3,'a'),(4,'a'||char(0)||'b'),(5,0.1),(6,9007199254740993),(7,'')`;
  test.each([
    ['integer and real', 'v=1.0 WHERE id=1', 'rowid 1, v: a integer 1, b real 1'],
    ['0.0 and -0.0', 'v=-0.0 WHERE id=2', 'rowid 2, v: a real 0, b real -0'],
    ['text and blob of the same bytes', "v=x'61' WHERE id=3", `rowid 3, v: a text "a", b blob x'61'`],
    [
      'text after a NUL',
      "v='a'||char(0)||'c' WHERE id=4",
      'rowid 4, v: a text "a\\u0000b", b text "a\\u0000c"',
    ],
    [
      'the last bit of a double',
      'v=0.10000000000000002 WHERE id=5',
      'rowid 5, v: a real 0.1, b real 0.10000000000000002',
    ],
    [
      'integers beyond 2^53',
      'v=9007199254740992 WHERE id=6',
      'rowid 6, v: a integer 9007199254740993, b integer 9007199254740992',
    ],
    ['empty text and NULL', 'v=NULL WHERE id=7', 'rowid 7, v: a text "", b null'],
    ['text that is not UTF-8', "v=CAST(x'ff' AS TEXT) WHERE id=3", `rowid 3, v: a text "a", b text x'ff'`],
    ['infinity', 'v=9e999 WHERE id=5', 'rowid 5, v: a real 0.1, b real Infinity'],
  ])('%s', (_, edit, difference) => {
    expect(compareEdited(base, `UPDATE t SET ${edit}`)).toEqual([`t: ${difference}`]);
  });
});

describe('rows', () => {
  test('one more, one less', () => {
    const base = 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1,1),(2,2)';
    expect(compareEdited(base, 'DELETE FROM t WHERE id=1; INSERT INTO t VALUES(3,NULL)')).toEqual([
      't: only in a: rowid 1, id=integer 1, v=integer 1',
      't: only in b: rowid 3, id=integer 3, v=null',
    ]);
  });

  test('another hidden rowid', () => {
    expect(compareEdited('CREATE TABLE t(v); INSERT INTO t VALUES(1)', 'UPDATE t SET rowid=7')).toEqual([
      't: only in a: rowid 1, v=integer 1',
      't: only in b: rowid 7, v=integer 1',
    ]);
  });

  test('a rowid that only its third name reaches', () => {
    const base = 'CREATE TABLE t(RowId, _rowid_); INSERT INTO t VALUES(1,2)';
    expect(compareEdited(base, 'UPDATE t SET oid=7')).toHaveLength(2);
  });

  test('a multiset where no rowid can be reached', () => {
    const base = "CREATE TABLE t(rowid, oid, _rowid_); INSERT INTO t VALUES('a',1,2),('a',1,2),('b',1,2)";
    expect(compareEdited(base, "DELETE FROM t; INSERT INTO t VALUES('b',1,2),('a',1,2),('a',1,2)")).toEqual(
      [],
    );
    expect(compareEdited(base, "INSERT INTO t VALUES('a',1,2),('a',1,2)")).toEqual([
      't: only in b 2 times more: rowid=text "a", oid=integer 1, _rowid_=integer 2',
    ]);
  });

  test('the letter case of a key WITHOUT ROWID', () => {
    const base = "CREATE TABLE t(k TEXT COLLATE NOCASE PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES('a')";
    expect(compareEdited(base, "UPDATE t SET k='A'")).toEqual([
      't: only in a: k=text "a"',
      't: only in b: k=text "A"',
    ]);
  });

  test('at most 50 are listed', () => {
    const many =
      'WITH s(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM s WHERE i<99) INSERT INTO t SELECT i FROM s';
    const differences = compareEdited('CREATE TABLE t(v)', many);
    expect(differences).toHaveLength(51);
    expect(differences[50]).toBe('and more');
  });
});
