import { parentPort, workerData } from 'node:worker_threads';
import { openReadOnly } from '../files/open';
import { rowRenderer, type RowTask } from './row-literals';

let render: ReturnType<typeof rowRenderer> | undefined;

parentPort?.on('message', (task: RowTask) => {
  try {
    render ??= rowRenderer(openReadOnly(workerData as string));
    const value = render(task);
    parentPort?.postMessage({ value }, transferable(value));
  } catch (error) {
    // Only the message of an error would arrive.
    parentPort?.postMessage({ error, code: (error as { code?: string }).code });
  }
});

// Transfers bytes instead of copying them, if they own their memory.
function transferable(value: unknown): ArrayBuffer[] {
  if (!(value instanceof Uint8Array) || value.byteLength !== value.buffer.byteLength) return [];
  return [value.buffer as ArrayBuffer];
}
