import { HEADER_AT } from '../../sqlite/files/file-header';
import { knownDifference } from '../../sqlite/files/known-files';
import { openReadOnly, using } from '../../sqlite/files/open';
import { checkBTreePages } from './check-b-tree-pages';
import { chainsOf } from './overflow-chains';
import { isAutoVacuum } from './other-pages';
import { openPageFile, type PageFile } from './page-file';
import { FREE, OVERFLOW, readPageRoles, treeOf, type PageRoles } from './page-roles';

/**
 * Checks that a database file has no damaged pages, by comparison with a sound one. The files are known to differ in a
 * few pages. The check covers only these pages, and the roles of all pages.
 *
 * It finds what `quick_check` finds in pages. Definitions must be the same, and no page of a virtual table may differ.
 * Returns false also if the pages do not suffice. Then only SQLite's check of the whole file tells.
 */
export function isSoundSince(before: string, after: string): boolean {
  const known = knownDifference(before, after);
  if (known === null) return false;
  const files: (PageFile | null)[] = [];
  try {
    const definitions = readDefinitions(after);
    if (JSON.stringify(definitions) !== JSON.stringify(readDefinitions(before))) return false;
    for (const file of [before, after]) files.push(openPageFile(file));
    const [old, now] = files as [PageFile | null, PageFile | null];
    if (old === null || now === null || !isSameKind(old, now) || known.pageSize !== now.pageSize)
      return false;
    return isSound(old, now, known.pages, definitions);
  } catch {
    return false;
  } finally {
    for (const file of files) file?.close();
  }
}

/** A definition: its name, its table, the root page of its b-tree, and its SQL. */
type Definition = readonly [name: string, table: string, root: number | null, sql: string | null];

function readDefinitions(file: string): Definition[] {
  const sql = 'SELECT name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid';
  return using(openReadOnly(file), (db) => db.prepare(sql).raw().all() as Definition[]);
}

/** Ranges of the header that must stay the same: page size and format, schema format, vacuum and encoding. */
const KEPT = [
  [HEADER_AT.pageSize, HEADER_AT.changeCounter],
  [HEADER_AT.schemaFormat, HEADER_AT.schemaFormat + 4],
  [HEADER_AT.autoVacuum, HEADER_AT.userVersion],
  [HEADER_AT.incrementalVacuum, HEADER_AT.applicationId],
] as const;

function isSameKind(old: PageFile, now: PageFile): boolean {
  const [before, after] = [old.page(1), now.page(1)];
  const isKept = KEPT.every(([from, to]) => before.subarray(from, to).equals(after.subarray(from, to)));
  return isKept && !isAutoVacuum(now) && after.readUInt32BE(HEADER_AT.pageCount) === now.pageCount;
}

function isSound(
  old: PageFile,
  now: PageFile,
  differing: ReadonlySet<number>,
  definitions: readonly Definition[],
): boolean {
  const stored = definitions.filter(([, , root]) => typeof root === 'number' && root > 0);
  const roots = [1, ...stored.map(([, , root]) => root as number)];
  const [was, is] = [readPageRoles(old, roots), readPageRoles(now, roots)];
  if (was.byRowid.some((by, tree) => by !== is.byRowid[tree])) return false;
  const touched = touchedTrees(differing, [was, is]);
  const tables = touched.map((tree) => (tree === 0 ? '' : (stored[tree - 1]?.[1] ?? '')));
  if (tables.some((table) => isOfVirtual(table, definitions))) return false;
  return (
    isUnchangedElsewhere(differing, was, is) &&
    checkBTreePages(now, is, differing) &&
    isOverflowSound({ file: old, roles: was }, { file: now, roles: is }, differing)
  );
}

function touchedTrees(pages: ReadonlySet<number>, roles: readonly PageRoles[]): number[] {
  const trees = [...pages].flatMap((page) => roles.map(({ of }) => treeOf(of[page])));
  return [...new Set(trees)].filter((tree) => tree !== null);
}

/** Checks whether a table may belong to the storage of a virtual table, which has its own check. */
function isOfVirtual(table: string, definitions: readonly Definition[]): boolean {
  return definitions.some(
    ([name, , , sql]) =>
      /^\s*CREATE\s+VIRTUAL/i.test(sql ?? '') && table.toLowerCase().startsWith(`${name.toLowerCase()}_`),
  );
}

/** Checks that each unchanged page still has its role, or has become free. */
function isUnchangedElsewhere(differing: ReadonlySet<number>, was: PageRoles, is: PageRoles): boolean {
  for (let page = 1; page < is.of.length; page++) {
    const role = is.of[page];
    if (role !== FREE && role !== was.of[page] && !differing.has(page)) return false;
  }
  return true;
}

interface Side {
  readonly file: PageFile;
  readonly roles: PageRoles;
}

/** Checks that each overflow page belongs to exactly one row. This row is unchanged, or is on a page that differs. */
function isOverflowSound(old: Side, now: Side, differing: ReadonlySet<number>): boolean {
  const [was, is] = [old.roles.of, now.roles.of];
  const gone: number[] = [];
  for (let page = 1; page < was.length; page++)
    if (treeOf(was[page]) !== null && (differing.has(page) || was[page] !== is[page])) gone.push(page);
  const come = [...differing].filter((page) => treeOf(is[page]) !== null);
  const [removed, added] = [chainsOf(old.file, gone), chainsOf(now.file, come)];
  for (let page = 1; page < Math.max(was.length, is.length); page++) {
    const isKept = was[page] === OVERFLOW && !removed.has(page);
    if (isKept && (added.has(page) || differing.has(page))) return false;
    if ((is[page] === OVERFLOW) !== (isKept || added.has(page))) return false;
  }
  return true;
}
