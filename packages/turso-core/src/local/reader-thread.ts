import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { openReadOnly } from './open';
import { renderRows, type RowTask } from './row-literals';

let db: Database | undefined;

parentPort?.on('message', (task: RowTask) => {
  db ??= openReadOnly(workerData as string);
  try {
    parentPort?.postMessage({ value: renderRows(db, task) });
  } catch (error) {
    // Of an error, only its message would arrive.
    parentPort?.postMessage({ error, code: (error as { code?: string }).code });
  }
});
