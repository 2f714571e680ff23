import fs from 'node:fs/promises';
import { TursoSyncError } from '../../errors';
import { leaveWalMode } from '../../sqlite/files/file-header';
import type { Query } from '../../sqlite/query';
import { unexpectedAnswer } from '../../sqlite/unexpected-answer';
import type { SnapshotOptions } from '../remote';
import { inTurns } from './in-turns';
import { pagesAtOnce, type PageLayout } from './page-layout';

/**
 * Copies the database page by page: the fastest way, and exact by construction.
 *
 * @param queries - of transactions that see the same; what they are asked for comes side by side.
 */
export async function snapshotPages(
  queries: readonly [Query, ...Query[]],
  layout: PageLayout,
  file: string,
  onProgress: SnapshotOptions['onProgress'],
): Promise<void> {
  const { pageSize, pageCount } = layout;
  const total = pageCount * pageSize;
  const output = await fs.open(file, 'wx');
  try {
    let written = 0;
    const pieces = piecesOf(pageCount, pagesAtOnce(layout));
    for await (const pages of inTurns(queries, pieces, (query, piece) => layout.read(query, piece))) {
      for (const bytes of pages) {
        await output.write(bytes);
        written += bytes.byteLength;
      }
      if (written > total) throw unexpectedAnswer('more pages than there are');
      onProgress?.({ done: written, total, unit: 'bytes' });
    }
    if (written !== total) {
      throw new TursoSyncError('REMOTE_INTERRUPTED', `Only ${written} of ${total} bytes arrived.`, {
        hint: 'Run the command again.',
        retryable: true,
      });
    }
  } finally {
    await output.close();
  }
  await leaveWalMode(file);
}

function* piecesOf(pageCount: number, step: number): Generator<number[]> {
  for (let first = 1; first <= pageCount; first += step)
    yield Array.from({ length: Math.min(step, pageCount - first + 1) }, (_, i) => first + i);
}
