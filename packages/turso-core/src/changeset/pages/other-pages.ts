import { HEADER_AT } from '../../sqlite/files/file-header';
import type { PageFile } from './page-file';

/** Returns the pages without content: free ones, and in files with auto_vacuum the pointer maps. */
export function contentlessPages(file: PageFile): Set<number> {
  const found = new Set(freePages(file));
  // https://sqlite.org/fileformat2.html#pointer_map_or_ptrmap_pages
  if (isAutoVacuum(file)) {
    const step = Math.floor(file.usableSize / 5) + 1;
    for (let page = 2; page <= file.pageCount; page += step) found.add(page);
  }
  return found;
}

/**
 * Returns the free pages. Throws a RangeError if their list is damaged.
 *
 * @see https://sqlite.org/fileformat2.html#the_freelist
 */
export function freePages(file: PageFile): number[] {
  const header = file.page(1);
  const count = header.readUInt32BE(HEADER_AT.freeCount);
  const found: number[] = [];
  for (let trunk = header.readUInt32BE(HEADER_AT.firstFree); trunk !== 0 && found.length <= count;) {
    found.push(trunk);
    const page = file.page(trunk);
    const leaves = page.readUInt32BE(4);
    if (leaves > file.usableSize / 4 - 2) throw new RangeError('A list of free pages is too long.');
    for (let i = 0; i < leaves; i++) found.push(page.readUInt32BE(8 + 4 * i));
    trunk = page.readUInt32BE(0);
  }
  if (found.length !== count) throw new RangeError('Free pages are missing, or too many.');
  return found;
}

/** Checks whether a file moves its pages by itself, and so has pages with pointers to them. */
export function isAutoVacuum(file: PageFile): boolean {
  return file.page(1).readUInt32BE(HEADER_AT.autoVacuum) !== 0;
}
