import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RowTask } from './row-literals';

/** A second thread that reads a database file. */
export interface Reader {
  /** The number of unanswered questions. */
  readonly waiting: number;
  /** Returns the only value of a query's first row. Questions are answered one after another. */
  ask(question: RowTask): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * The limit for new objects of a thread before it collects garbage, in megabytes. It makes hardly any objects except
 * large texts.
 */
const LIMITS = { maxYoungGenerationSizeMb: 3 };

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a thread. It opens the file at the first question, so it can start before the file exists. */
export function startReader(file: string): Reader {
  const script = path.join(__dirname, 'reader-thread.js');
  const worker = new Worker(script, { workerData: file, resourceLimits: LIMITS });
  const asked: Asked[] = [];
  let broken: Error | null = null;
  worker.on('message', ({ value, error, code }: { value?: unknown; error?: Error; code?: string }) => {
    const next = asked.shift();
    if (error === undefined) next?.resolve(value);
    else next?.reject(Object.assign(error, { code }));
  });
  worker.on('error', (error: Error) => {
    broken = error;
    for (const { reject } of asked.splice(0)) reject(error);
  });
  return {
    get waiting() {
      return asked.length;
    },
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (broken !== null) {
          reject(broken);
          return;
        }
        asked.push({ resolve, reject });
        worker.postMessage(question);
      }),
    async close() {
      await worker.terminate();
    },
  };
}
