import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RowTask } from './row-literals';

/** Threads that read one database file side by side. */
export interface ReaderPool {
  /** The only value of a query's first row. Questions are answered in any order. */
  ask(question: RowTask): Promise<unknown>;
  close(): Promise<void>;
}

/** New objects of a thread, in megabytes, from which on it looks for garbage; it makes hardly any but large texts. */
const LIMITS = { maxYoungGenerationSizeMb: 3 };

/** Starts threads that open the file at the first question, so that they can be started before it is there. */
export function createReaderPool(file: string, threads: number): ReaderPool {
  const workers = Array.from(
    { length: threads },
    () => new Worker(path.join(__dirname, 'reader-thread.js'), { workerData: file, resourceLimits: LIMITS }),
  );
  const idle = [...workers];
  const waiting: ((worker: Worker) => void)[] = [];

  async function ask(question: RowTask): Promise<unknown> {
    const worker = idle.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)));
    try {
      return await exchange(worker, question);
    } finally {
      const next = waiting.shift();
      if (next === undefined) idle.push(worker);
      else next(worker);
    }
  }

  return {
    ask,
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function exchange(worker: Worker, question: RowTask): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (answer: { value?: unknown; error?: Error; code?: string }): void => {
      worker.off('message', settle);
      worker.off('error', reject);
      if (answer.error === undefined) resolve(answer.value);
      else reject(Object.assign(answer.error, { code: answer.code }));
    };
    worker.once('message', settle);
    worker.once('error', reject);
    worker.postMessage(question);
  });
}
