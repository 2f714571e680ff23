import { readBTreePage } from './cells';
import type { PageFile } from './page-file';

/**
 * Returns the overflow pages of some b-tree pages. Throws a RangeError if one has two uses, or a chain has a wrong
 * length.
 */
export function chainsOf(file: PageFile, pages: readonly number[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const number of pages) {
    const { cells } = readBTreePage(file.page(number), number, file.usableSize);
    for (const { overflow } of cells) {
      if (overflow === null) continue;
      let next = overflow.page;
      for (let left = overflow.bytes; left > 0; left -= file.usableSize - 4) {
        if (next < 2 || next > file.pageCount || found.has(next)) throw new RangeError('A row has no end.');
        found.add(next);
        next = file.page(next).readUInt32BE(0);
      }
      if (next !== 0) throw new RangeError('A row does not end.');
    }
  }
  return found;
}
