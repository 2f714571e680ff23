'use strict';

// An app that has a database open and calls the library in its own process:
// `node app.fixture.js <its SQLite library> <its database> <the project's folder>`. Each message names a verb; the answer is how it ended.
const [, , sqlite, file, cwd] = process.argv;
const library = require('../../dist/index.js');
// Some verbs are only for turso-sync-plugin, which may run them apart as well.
const forPlugin = require('../../dist/own-process-alone.js');
const Database = require(sqlite);

forPlugin.runVerbsApart();
process.env.TURSO_DATABASE_URL = 'file:remote.db';
const db = new Database(file);
db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA busy_timeout = 5000');
db.exec("UPDATE t SET v = 'open' WHERE id = 1");

process.on('message', ([name, options]) => {
  const core = name in library ? library : forPlugin;
  core
    .loadProject({ cwd })
    .then((project) => core[name](project, options))
    .then(
      () => process.send('done'),
      (error) => process.send(String(error.code ?? error)),
    );
});
// An object that nothing refers to any more is closed by the garbage collector.
process.on('disconnect', () => {
  db.close();
  process.exit();
});
process.send('open');
