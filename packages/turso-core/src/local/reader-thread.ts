import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { openReadOnly } from './open';
import type { RowTask } from './row-literals';

let db: Database | undefined;

parentPort?.on('message', ({ sql, args }: RowTask) => {
  db ??= openReadOnly(workerData as string);
  try {
    const value: unknown = db
      .prepare(sql)
      .pluck()
      .get(...args);
    parentPort?.postMessage({ value });
  } catch (error) {
    // Of an error, only its message would arrive.
    parentPort?.postMessage({ error, code: (error as { code?: string }).code });
  }
});
