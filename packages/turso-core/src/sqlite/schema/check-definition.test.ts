import { Database } from '../files/sqlite';
import { RawText } from '../values/values';
import { checkDefinition, definitionFlaw } from './check-definition';
import type { SchemaObject } from './schema';

const of = (type: string, name: string, sql: unknown): SchemaObject =>
  ({ type, name, table: name, sql }) as SchemaObject;

describe('a definition that SQLite keeps', () => {
  test.each([
    ['CREATE TABLE t(a)', 't'],
    ['CREATE TABLE t(a) -- one; two', 't'],
    ["CREATE TABLE t(a DEFAULT ';' CHECK(a <> 'a;''b'))", 't'],
    ['CREATE TABLE "t;x"(a)', 't;x'],
    ['CREATE TABLE [t;x](a)', 't;x'],
    ['CREATE TABLE `t;``x`(a)', 't;`x'],
    ['CREATE TABLE T(a)', 't'],
    ['CREATE TABLE\tt (a)', 't'],
    ['CREATE TABLE t$1(a$b)', 't$1'],
    ["CREATE TABLE t(a, b AS (a || ':x') STORED) WITHOUT ROWID, STRICT", 't'],
    ['CREATE TABLE t /* ; */ (a)', 't'],
    ['CREATE TABLE t(a);', 't'],
    ['CREATE TABLE if(a)', 'if'],
    ['CREATE TABLE trigger_log(a)', 'trigger_log'],
    ['CREATE VIRTUAL TABLE t USING fts5(a, tokenize = "unicode61 tokenchars \';\'")', 't'],
    ['CREATE VIRTUAL TABLE t USING fts4(a, $x)', 't'],
  ])('%s', (sql, name) => {
    expect(definitionFlaw(of('table', name, sql))).toBeNull();
  });

  test.each([
    ['index', 'i', 'CREATE UNIQUE INDEX i ON t(a)'],
    ['index', 'i', "CREATE INDEX i ON t(a) WHERE a <> ';'"],
    ['view', 'v', "CREATE VIEW v AS SELECT ';' /* ; */"],
    ['trigger', 'g', 'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT CASE WHEN 1 THEN 2 END; END'],
    ['trigger', 'begin', "CREATE TRIGGER begin AFTER INSERT ON t WHEN ';' BEGIN SELECT ';END;'; END -- end"],
    ['trigger', 'g', 'CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END;'],
  ])('%s %s: %s', (type, name, sql) => {
    expect(definitionFlaw(of(type, name, sql))).toBeNull();
  });
});

describe('text that is more or something else than a definition is refused', () => {
  test.each([
    ['table', "CREATE TABLE t(a); ATTACH 'x' AS y"],
    ['table', 'CREATE TABLE t(a);\n.shell touch x\n'],
    ['table', 'CREATE TABLE t(a); -- one\n.shell touch x\n'],
    ['table', 'CREATE TABLE t(a);;SELECT 1'],
    ['table', "CREATE TABLE t(a DEFAULT 'x); SELECT 1"],
    ['table', 'CREATE TABLE t(a) \0 SELECT 1'],
    ['table', "CREATE TABLE t AS SELECT load_extension('x')"],
    ['table', 'CREATE TABLE u(a)'],
    ['table', 'CREATE TABLE temp.t(a)'],
    ['table', 'CREATE TEMP TABLE t(a)'],
    ['table', 'CREATE VIEW t AS SELECT 1'],
    ['table', "ATTACH 'x' AS t"],
    ['table', ' CREATE TABLE t(a)'],
    ['table', '/**/CREATE TABLE t(a)'],
    ['table', 'CREATE\u00a0TABLE t(a)'],
    ['table', 'CREATE  VIRTUAL TABLE t USING fts5(a)'],
    ['table', 'CREATE VIRTUAL TABLE IF NOT EXISTS t USING fts5(a)'],
    ['table', "CREATE VIRTUAL TABLE t USING fts4(a, $x(') ); ATTACH 'y' AS z; -- ')"],
    ['table', "CREATE TABLE t(a DEFAULT ($x(')))"],
    ['table', "CREATE TABLE t(a DEFAULT (@x::(')))"],
    ['table', 'CREATE VIRTUAL TABLE t USING fts4(a, $x(b))'],
    ['table', ''],
    ['table', ';'],
    ['table', null],
    ['table', Buffer.from('CREATE TABLE t(a)')],
    ['index', 'CREATE UNIQUE VIEW t AS SELECT 1'],
    ['view', 'CREATE VIEW t AS SELECT 1; DROP TABLE u'],
    ['trigger', 'CREATE TRIGGER t AFTER INSERT ON u BEGIN SELECT 1; END; DROP TABLE u; END'],
    ['trigger', 'CREATE TRIGGER t AFTER INSERT ON u BEGIN SELECT 1;'],
    ['trigger', 'CREATE TRIGGER t AFTER INSERT ON u BEGIN SELECT 1; END x'],
    ['trigger', "CREATE TEMP TRIGGER t AFTER INSERT ON u BEGIN SELECT 1; END; ATTACH 'x' AS y; END"],
  ])('%s: %j', (type, sql) => {
    expect(() => checkDefinition(of(type, 't', sql))).toThrow(
      expect.objectContaining({ code: 'DEFINITION_INVALID' }) as Error,
    );
  });

  test.each([
    ['table', Buffer.from('t'), "table x'74'"],
    ['view', Buffer.alloc(1 << 20), `view x'${'00'.repeat(20)}..'`],
    ['trigger', new RawText(Buffer.from([0xff])), "trigger x'ff'"],
    ['index', 7, 'index 7'],
    ['table', null, 'table null'],
    [Buffer.from('table'), 't', 'object "t"'],
  ])('%s %j, whose name or kind is not text, is called %s', (type, name, shown) => {
    expect(() => checkDefinition({ type, name, table: 't', sql: 'CREATE TABLE t(a)' } as never)).toThrow(
      `The definition of ${shown} is refused: it is not text.`,
    );
  });

  test('a text of one kind of bracket takes no time', () => {
    const start = performance.now();
    for (const piece of ["'", '[', '"', '/*', '$a(', "''\"", '--', '`', '\n'])
      definitionFlaw(of('table', 't', `CREATE TABLE t(a);${piece.repeat(200_000)}`));
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

test('what SQLite itself keeps is a definition, whatever it was created from', () => {
  const db = new Database(':memory:');
  db.exec(`CREATE TABLE IF NOT EXISTS main."a;b"(x, "--", [y;]);
    create /* ; */ unique index main.[i] on "a;b"(x) where x <> ';';
    create view v as select ';' as ";" -- ;
    ;
    CREATE TRIGGER if not exists g instead of insert on v begin select ';end;'; select case when 1 then 2 end; end;
    CREATE VIRTUAL TABLE f USING fts5(a, b);
    CREATE TABLE c AS SELECT 1 AS x;
    ALTER TABLE c ADD COLUMN y DEFAULT ';';
    ALTER TABLE c RENAME TO "d""e";`);
  const objects = db
    .prepare('SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema WHERE sql IS NOT NULL')
    .all();
  for (const object of objects as SchemaObject[])
    expect([object, definitionFlaw(object)]).toEqual([object, null]);
  db.close();
});
