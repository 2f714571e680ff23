import type { OnBytes } from '../../sqlite/files/copy-file';
import { PIECE } from '../../sqlite/files/read-pieces';
import type { PageFile } from './page-file';

/** Returns the numbers of the pages that differ in two files of the same page size. */
export function differingPages(a: PageFile, b: PageFile, onBytes?: OnBytes): Set<number> {
  const { pageSize } = a;
  const [x, y] = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)];
  const pages = PIECE / pageSize;
  const found = new Set<number>();
  const common = Math.min(a.pageCount, b.pageCount);
  for (let first = 1; first <= common; first += pages) {
    const count = Math.min(pages, common - first + 1);
    a.read(first, x);
    b.read(first, y);
    onBytes?.({ done: (first - 1 + count) * pageSize, total: common * pageSize, unit: 'bytes' });
    if (x.compare(y, 0, count * pageSize, 0, count * pageSize) === 0) continue;
    for (let i = 0; i < count; i++) {
      const [from, to] = [i * pageSize, (i + 1) * pageSize];
      if (x.compare(y, from, to, from, to) !== 0) found.add(first + i);
    }
  }
  for (let page = common + 1; page <= Math.max(a.pageCount, b.pageCount); page++) found.add(page);
  return found;
}

/** Returns the same for two files that can differ only in some known pages. */
export function differingAmong(a: PageFile, b: PageFile, pages: Iterable<number>): Set<number> {
  const common = Math.min(a.pageCount, b.pageCount);
  const found = new Set<number>();
  for (const page of pages) {
    if (page <= common && a.page(page).equals(b.page(page))) continue;
    if (page <= Math.max(a.pageCount, b.pageCount)) found.add(page);
  }
  return found;
}
