import fs from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { notePassed } from '../../passed-bytes';
import { readInto } from '../../sqlite/files/read-bytes';
import { writeBytes } from '../../sqlite/files/write-bytes';
import type { Statement } from '../../sqlite/statement';
import { isStored, type StoredValues } from '../../sqlite/stored-values';
import { RawText, type SqlValue } from '../../sqlite/values/values';

/** The maximum size of all values held in memory by statements, in characters and bytes. */
const HELD = 8_000_000;

/** A statement with a smaller size, in characters and bytes, stays in memory. */
const SMALL = 10_000;

/** Keeps the values of statements in memory, or in a file if there are many. */
export interface ValueStore {
  /** Returns the same statement. Its values go into the file, unless there are few so far. */
  readonly keep: (statement: Statement) => Statement;
  /** Forgets everything kept. */
  readonly clear: () => void;
}

/**
 * Makes a store for the statements of one change after another. The memory for a change then does not grow with its
 * rows. Without a folder, all values stay in memory.
 *
 * @param folder - a temporary folder, removed by its creator.
 */
export function createValueStore(folder: string | undefined): ValueStore {
  let held = 0;
  let file: StoreFile | undefined;
  return {
    keep(statement) {
      const { args = [] } = statement;
      if (folder === undefined || isStored(args)) return statement;
      const size = measure(args);
      if (held + size.size <= HELD || size.size < SMALL || args.some((value) => value instanceof RawText)) {
        held += size.size;
        return statement;
      }
      file ??= createFile(folder);
      return { ...statement, args: { ...size, read: file.add(args) } };
    },
    clear() {
      held = 0;
      file?.remove();
      file = undefined;
    },
  };
}

function measure(values: readonly SqlValue[]): Omit<StoredValues, 'read'> {
  let [texts, others] = [0, 0];
  for (const value of values) {
    if (typeof value === 'string') texts += value.length;
    else others += value instanceof Uint8Array ? value.byteLength : 8;
  }
  return { count: values.length, texts, size: texts + others };
}

interface StoreFile {
  /** Appends values; returns a function that reads them. */
  add(values: readonly SqlValue[]): () => readonly SqlValue[];
  remove(): void;
}

let files = 0;

function createFile(folder: string): StoreFile {
  // One folder may serve several changes.
  const file = path.join(folder, `values-${process.pid}-${files++}`);
  let end = 0;
  fs.writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  return {
    add(values) {
      const place = { start: end, length: append(file, end, serialize(values)) };
      end += place.length;
      return () => deserialize(readAt(file, place)) as SqlValue[];
    },
    remove: () => fs.rmSync(file, { force: true }),
  };
}

// Separate functions: a closure keeps everything around it in memory.
function append(file: string, start: number, bytes: Uint8Array): number {
  const length = bytes.byteLength;
  withFile(file, 'r+', (handle) => writeBytes(handle, bytes, start));
  notePassed(2 * length);
  return length;
}

function readAt(
  file: string,
  { start, length }: { readonly start: number; readonly length: number },
): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  withFile(file, 'r', (handle) => {
    if (readInto(handle, start, bytes) < length) throw new Error(`${file} was cut short`);
  });
  notePassed(2 * length);
  return bytes;
}

function withFile(file: string, flags: string, work: (handle: number) => void): void {
  const handle = fs.openSync(file, flags);
  try {
    work(handle);
  } finally {
    fs.closeSync(handle);
  }
}
