import type { PageFile } from './page-file';

/** Returns the pages without content: free ones, and in files with auto_vacuum the pointer maps. */
export function contentlessPages(file: PageFile): Set<number> {
  const found = new Set<number>();
  const header = file.page(1);
  const isAutoVacuum = header.readUInt32BE(52) !== 0;
  // https://sqlite.org/fileformat2.html#the_freelist
  for (let trunk = header.readUInt32BE(32); trunk !== 0 && !found.has(trunk);) {
    found.add(trunk);
    const page = file.page(trunk);
    const leaves = page.readUInt32BE(4);
    for (let i = 0; i < leaves; i++) found.add(page.readUInt32BE(8 + 4 * i));
    trunk = page.readUInt32BE(0);
  }
  // https://sqlite.org/fileformat2.html#pointer_map_or_ptrmap_pages
  if (isAutoVacuum) {
    const step = Math.floor(file.usableSize / 5) + 1;
    for (let page = 2; page <= file.pageCount; page += step) found.add(page);
  }
  return found;
}
