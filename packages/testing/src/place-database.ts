import { closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { copyDatabase } from './copy-database';

const PAGE_SIZE = 4096;

/**
 * Puts a copy of an SQLite file where a server that has not run yet takes it for its own.
 *
 * The server rebuilds its log from the file. Over another page size than 4096 it would start and then die.
 *
 * @throws Error on another page size, and where the folder holds a database already.
 */
export function placeDatabase(database: string, serverDir: string): void {
  const pageSize = readPageSize(database);
  if (pageSize !== PAGE_SIZE)
    throw new Error(`${database} has ${pageSize}-byte pages; sqld serves ${PAGE_SIZE} only`);
  const folder = join(serverDir, 'dbs', 'default');
  const data = join(folder, 'data');
  if (existsSync(data)) throw new Error(`${data} already exists`);
  mkdirSync(folder, { recursive: true });
  copyDatabase(database, data);
}

/** From the header (https://sqlite.org/fileformat2.html#the_database_header), where 1 means 65536. */
function readPageSize(path: string): number {
  const bytes = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, bytes, 0, 2, 16) < 2) return PAGE_SIZE; // an empty file is an empty database
  } finally {
    closeSync(file);
  }
  const size = bytes.readUInt16BE();
  return size === 1 ? 65536 : size;
}
