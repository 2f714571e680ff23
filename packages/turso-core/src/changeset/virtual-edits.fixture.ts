/** A table to be indexed. */
export const NOTES = `CREATE TABLE notes(id INTEGER PRIMARY KEY, title, body);
  INSERT INTO notes VALUES(1,'one','quick brown fox'),(2,'two','lazy dog'),(3,'three','nothing');`;

/** What an app may do to virtual tables, by what it is about. */
export const VIRTUAL_EDITS: Readonly<Record<string, { readonly base: string; readonly edit: string }>> = {
  'rows of fts5': {
    base: `CREATE VIRTUAL TABLE f USING fts5(title, body, tag UNINDEXED, tokenize='porter unicode61', prefix='2 3');
      INSERT INTO f(rowid,title,body,tag) VALUES(1,'one','the quick brown fox',1),(2,'two','lazy dogs',x'00ff'),(3,'x',NULL,2.5);`,
    edit: `UPDATE f SET body='slow green turtle' WHERE rowid=2; DELETE FROM f WHERE rowid=3;
      INSERT INTO f(rowid,title,body,tag) VALUES(-5,'ten','it''s "quoted"',9007199254740993),(7,7,-0.0,1e999);`,
  },
  'rows of fts5 without column sizes': {
    base: `CREATE VIRTUAL TABLE f USING fts5(a, columnsize=0, detail=none); INSERT INTO f VALUES('x y'),('z');`,
    edit: `DELETE FROM f WHERE rowid=1; INSERT INTO f VALUES('y y z')`,
  },
  'rows of fts4, with a language': {
    base: `CREATE VIRTUAL TABLE f USING fts4(a, languageid="lang", tokenize=unicode61, notindexed=b, b, order=desc, prefix="1");
      INSERT INTO f(docid,a,b,lang) VALUES(1,'hello world','x',3),(2,'bye','y',0);`,
    edit: `UPDATE f SET lang=5 WHERE docid=1; INSERT INTO f(docid,a,lang) VALUES(9,'new words',3)`,
  },
  'rows of fts3': {
    base: `CREATE VIRTUAL TABLE f USING fts3(a TEXT, b); INSERT INTO f VALUES('x','y'),('z',NULL);`,
    edit: `DELETE FROM f WHERE docid=1; UPDATE f SET b='new' WHERE docid=2`,
  },
  'many rows': {
    base: `CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE r USING rtree(id,x,y);
      WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<1500) INSERT INTO f(rowid,a) SELECT i, 'word'||i%50 FROM n;
      INSERT INTO r SELECT rowid, rowid/3.0, rowid/3.0+5 FROM f;`,
    edit: `UPDATE f SET a=a||' more' WHERE rowid%3=0; DELETE FROM r WHERE id%5=0; UPDATE r SET x=x-1 WHERE id%7=0;
      WITH n(i) AS (SELECT 2001 UNION ALL SELECT i+1 FROM n WHERE i<4000) INSERT INTO f(rowid,a) SELECT i, 'new'||i FROM n;
      INSERT INTO r SELECT rowid, rowid, rowid FROM f WHERE rowid>2000;`,
  },
  'settings of fts5': {
    base: `CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES('x');`,
    edit: `INSERT INTO f(f,rank) VALUES('rank','bm25(10.0)'),('automerge',2),('secure-delete',1); INSERT INTO f(f,rank) VALUES('pgsz',512)`,
  },
  'tables that are made anew with other columns, or of another kind': {
    base: `${NOTES} CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f VALUES('x y', 'z'), ('w', NULL);
      CREATE VIRTUAL TABLE r USING rtree(id, x, y); INSERT INTO r VALUES(1, 2, 3);
      CREATE VIRTUAL TABLE o USING fts5(title, body); INSERT INTO o SELECT title, body FROM notes;
      CREATE VIRTUAL TABLE e USING fts5(title, body, content=notes, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');`,
    edit: `DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(b, c UNINDEXED); INSERT INTO f VALUES('z', 1), ('new', x'00');
      DROP TABLE r; CREATE VIRTUAL TABLE r USING fts4(x); INSERT INTO r VALUES('words');
      DROP TABLE o; CREATE VIRTUAL TABLE o USING fts5(title, body, content=notes, content_rowid=id); INSERT INTO o(o) VALUES('rebuild');
      DROP TABLE e; CREATE VIRTUAL TABLE e USING fts5(title); INSERT INTO e VALUES('own')`,
  },
  'tables that become virtual, and the reverse': {
    base: `${NOTES} CREATE TABLE p(a, b); INSERT INTO p VALUES(1, 'words'), (2.5, 'others'); CREATE INDEX i ON p(a);
      CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f VALUES('x y', 'z'), ('w', NULL);
      CREATE VIRTUAL TABLE e USING fts5(title, content=notes, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');
      CREATE TABLE q(title); INSERT INTO q VALUES ('plain');`,
    edit: `CREATE TABLE k AS SELECT * FROM p; DROP TABLE p; CREATE VIRTUAL TABLE p USING fts5(a, b); INSERT INTO p SELECT * FROM k; DROP TABLE k;
      DROP TABLE f; CREATE TABLE f(a, b); INSERT INTO f VALUES('x y', 'z'), (1, 2); DROP TABLE e; CREATE TABLE e(title);
      DROP TABLE q; CREATE VIRTUAL TABLE q USING fts5(title, content=notes, content_rowid=id); INSERT INTO q(q) VALUES('rebuild')`,
  },
  'an R-tree with columns of any type': {
    base: `CREATE VIRTUAL TABLE r USING rtree(id,minx,maxx,+label TEXT,+data); CREATE VIRTUAL TABLE i USING rtree_i32(id,a,b);
      INSERT INTO r VALUES(1,0.1,2.5,'a',x'00'),(2,-1e30,1e999,'b',1),(3,5,5,NULL,NULL); INSERT INTO i VALUES(1,2,3),(4,5,6);`,
    edit: `UPDATE r SET maxx=0.3 WHERE id=1; DELETE FROM r WHERE id=2; UPDATE r SET id=30, data=-0.0 WHERE id=3;
      INSERT INTO r VALUES(4,1.1,1.2,'new',2.5); UPDATE i SET a=-7 WHERE id=1; DELETE FROM i WHERE id=4`,
  },
  geopoly: {
    base: `CREATE VIRTUAL TABLE g USING geopoly(name); INSERT INTO g VALUES('[[0,0],[1,0],[0,1],[0,0]]','x');`,
    edit: `INSERT INTO g VALUES('[[0,0],[3,0],[0,3],[0,0]]','y'); UPDATE g SET name='z' WHERE rowid=1`,
  },
  'tables that are made': {
    base: NOTES,
    edit: `CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f VALUES('x','y'); INSERT INTO f(f,rank) VALUES('automerge',3);
      CREATE VIRTUAL TABLE r USING rtree(id,x,y); INSERT INTO r VALUES(5,1,2);
      CREATE VIRTUAL TABLE v USING fts5vocab(f, row);
      CREATE VIRTUAL TABLE e USING fts5(title, body, content=notes, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');
      CREATE VIRTUAL TABLE e4 USING fts4(content="notes", title, body); INSERT INTO e4(e4) VALUES('rebuild');
      CREATE VIRTUAL TABLE c USING fts5(a, content=''); INSERT INTO c(rowid,a) VALUES(5,'hello');
      CREATE VIRTUAL TABLE c4 USING fts4(a, content=''); INSERT INTO c4(docid,a) VALUES(5,'hello')`,
  },
  'tables that are dropped': {
    base: `${NOTES} CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f VALUES('x','y');
      CREATE VIRTUAL TABLE r USING rtree(id,x,y); INSERT INTO r VALUES(5,1,2);
      CREATE VIRTUAL TABLE v USING fts5vocab(f, row);
      CREATE VIRTUAL TABLE e USING fts5(title, content=notes, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');
      CREATE VIRTUAL TABLE c USING fts5(a, content=''); INSERT INTO c(rowid,a) VALUES(5,'hello');
      CREATE VIRTUAL TABLE c4 USING fts4(a, content=''); INSERT INTO c4(docid,a) VALUES(5,'hello')`,
    edit: 'DROP TABLE v; DROP TABLE f; DROP TABLE r; DROP TABLE e; DROP TABLE c; DROP TABLE c4',
  },
  'a definition that is changed': {
    base: `${NOTES} CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f(rowid,a,b) VALUES(3,'running','y'),(4,'q',7),(5,'gone','z');
      CREATE VIRTUAL TABLE e USING fts5(title, content=notes, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');`,
    edit: `DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, b, tokenize=porter);
      INSERT INTO f(rowid,a,b) VALUES(3,'running','y'),(4,'changed',7),(6,'new','z');
      DROP TABLE e; CREATE VIRTUAL TABLE e USING fts5(title, body, content=notes, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');`,
  },
  'an index that triggers keep': {
    base: `${NOTES} CREATE VIRTUAL TABLE e USING fts5(title, body, content=notes, content_rowid=id);
      INSERT INTO e(e) VALUES('rebuild');
      CREATE TRIGGER ai AFTER INSERT ON notes BEGIN INSERT INTO e(rowid,title,body) VALUES(new.id,new.title,new.body); END;
      CREATE TRIGGER ad AFTER DELETE ON notes BEGIN INSERT INTO e(e,rowid,title,body) VALUES('delete',old.id,old.title,old.body); END;
      CREATE TRIGGER au AFTER UPDATE ON notes BEGIN INSERT INTO e(e,rowid,title,body) VALUES('delete',old.id,old.title,old.body);
        INSERT INTO e(rowid,title,body) VALUES(new.id,new.title,new.body); END;`,
    edit: `UPDATE notes SET body='slow turtle' WHERE id=2; DELETE FROM notes WHERE id=3; INSERT INTO notes VALUES(4,'four','cats')`,
  },
  'an fts4 index over a table': {
    base: `${NOTES} CREATE VIRTUAL TABLE e USING fts4(content="notes", title, body); INSERT INTO e(e) VALUES('rebuild');`,
    edit: `UPDATE notes SET body='slow turtle' WHERE id=2; INSERT INTO e(e) VALUES('rebuild')`,
  },
  'an index over a view': {
    base: `${NOTES} CREATE VIEW texts AS SELECT id, title||' '||body AS text FROM notes;
      CREATE VIRTUAL TABLE e USING fts5(text, content=texts, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');`,
    edit: `UPDATE notes SET body='slow turtle' WHERE id=2; INSERT INTO e(e) VALUES('rebuild')`,
  },
  'an index over some rows only': {
    base: `${NOTES} CREATE VIRTUAL TABLE e USING fts5(title, content=notes, content_rowid=id); INSERT INTO e(rowid,title) VALUES(1,'one');`,
    edit: `INSERT INTO e(rowid,title) VALUES(2,'two'); INSERT INTO notes VALUES(8,'eight','b')`,
  },
  'an index that was left behind': {
    base: `${NOTES} CREATE VIRTUAL TABLE e USING fts5(title, content=notes, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');`,
    edit: `UPDATE notes SET title='uno' WHERE id=1`,
  },
  'an index without content': {
    base: `CREATE VIRTUAL TABLE c USING fts5(a, content='', contentless_delete=1); INSERT INTO c(rowid,a) VALUES(1,'x y'),(2,'z');
      CREATE VIRTUAL TABLE d USING fts5(a, content=''); INSERT INTO d(rowid,a) VALUES(1,'x y');
      CREATE VIRTUAL TABLE e USING fts4(a, content=''); INSERT INTO e(docid,a) VALUES(1,'x y');`,
    edit: `DELETE FROM c WHERE rowid=1; INSERT INTO c(rowid,a) VALUES(3,'new'); INSERT INTO d(rowid,a) VALUES(2,'more');
      INSERT INTO e(docid,a) VALUES(7,'q')`,
  },
  'tables that are only called like those of an index': {
    base: `CREATE TABLE e_content(id INTEGER PRIMARY KEY, title); INSERT INTO e_content VALUES(1,'x'),(2,'y');
      CREATE TABLE f_foo(x); CREATE TABLE e_node(x PRIMARY KEY) WITHOUT ROWID;
      CREATE VIRTUAL TABLE e USING fts5(title, content=e_content, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');`,
    edit: `UPDATE e_content SET title='z' WHERE id=1; INSERT INTO e(e) VALUES('rebuild'); INSERT INTO f_foo VALUES(1); INSERT INTO e_node VALUES(2)`,
  },
  'tables that make place for others of their name': {
    base: `CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES('y'); CREATE VIEW g AS SELECT 1 AS a;
      CREATE VIRTUAL TABLE h USING rtree(a,b,c); INSERT INTO h VALUES(1,2,3); CREATE VIRTUAL TABLE i USING fts4(a); INSERT INTO i VALUES('z')`,
    edit: `DROP TABLE f; CREATE VIEW f AS SELECT 2; DROP VIEW g; CREATE VIRTUAL TABLE g USING fts5(a); INSERT INTO g VALUES('x');
      DROP TABLE h; CREATE VIRTUAL TABLE H USING fts5(a); INSERT INTO H VALUES('z'); ALTER TABLE i RENAME TO j`,
  },
  'strange names': {
    base: `CREATE VIRTUAL TABLE "a 'b' ""c""" USING fts5("x y", 'select', [from]); INSERT INTO "a 'b' ""c""" VALUES(1,2,3);`,
    edit: `INSERT INTO "a 'b' ""c""" VALUES('p','q','r'); INSERT INTO "a 'b' ""c"""("a 'b' ""c""",rank) VALUES('pgsz',100)`,
  },
};
