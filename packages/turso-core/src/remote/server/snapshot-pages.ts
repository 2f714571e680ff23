import fs from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Query } from '../../sqlite/query';
import { markRollbackMode } from '../../sqlite/files/file-header';
import type { SnapshotOptions } from '../remote';
import { inTurns } from './in-turns';
import { pagesAtOnce, type PageLayout } from './page-layout';

/**
 * Copies the database page by page: the fastest method, and exact by construction. Returns its CRC-32.
 *
 * @param queries - of transactions with the same state. They fetch in parallel.
 */
export async function snapshotPages(
  queries: readonly [Query, ...Query[]],
  layout: PageLayout,
  file: string,
  onProgress: SnapshotOptions['onProgress'],
): Promise<number> {
  const { pageSize, pageCount } = layout;
  const total = pageCount * pageSize;
  const output = await fs.open(file, 'wx');
  try {
    let [written, crc] = [0, 0];
    const pieces = piecesOf(pageCount, pagesAtOnce(layout));
    for await (const pages of inTurns(queries, pieces, (query, piece) => layout.read(query, piece))) {
      for (const bytes of pages) {
        if (written === 0) markRollbackMode(bytes);
        crc = crc32(bytes, crc);
        await output.write(bytes);
        written += bytes.byteLength;
      }
      onProgress?.({ done: written, total, unit: 'bytes' });
    }
    return crc;
  } finally {
    await output.close();
  }
}

function* piecesOf(pageCount: number, step: number): Generator<number[]> {
  for (let first = 1; first <= pageCount; first += step)
    yield Array.from({ length: Math.min(step, pageCount - first + 1) }, (_, i) => first + i);
}
