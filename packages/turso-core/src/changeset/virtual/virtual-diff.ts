import { systemCode } from '../../errors';
import type { Database } from '../../sqlite/files/sqlite';
import type { Schema, Table } from '../../sqlite/schema/schema';
import { storedIn, type VirtualTable } from '../../sqlite/schema/virtual-table';
import { quoteName } from '../../sqlite/values/quote';
import { BEFORE } from '../attached';
import type { ShadowTable, TableChanges, VirtualChange } from '../model';
import { diffRows, hasChanges } from '../rows/row-diff';
import { type Presence } from '../rows/row-queries';
import { unsupported } from '../unsupported';
import { diffSettings } from './virtual-settings';
import { differsInContent, findFlaw, type IndexChecks } from './virtual-whole';

/** The changes in virtual tables: rows of theirs or of their storage tables, and everything else. */
export interface VirtualDiff {
  readonly tables: TableChanges[];
  readonly changes: VirtualChange[];
  /** Full-text tables whose index differs from the one that this SQLite would build from their rows. */
  readonly unfit: string[];
}

/**
 * Compares virtual tables. It compares those with their own content by their rows, however they are stored. Changes go
 * through the table itself, so its index stays whole. An index over another table is rebuilt if it matches that table,
 * since it then adds no information. Any other index is carried in its stored form. Throws UNSUPPORTED_CHANGE.
 */
export function diffVirtualTables(db: Database, { before, after, checks }: Sides): VirtualDiff {
  const into: VirtualDiff = { tables: [], changes: [], unfit: [] };
  for (const name of new Set([...before.tables.keys(), ...after.tables.keys()])) {
    const [old, now] = [virtualOf(before, name), virtualOf(after, name)];
    if (old !== undefined || now !== undefined)
      diffVirtualTable({ db, before, after, checks, into }, old, now);
  }
  return into;
}

/** The two databases. */
interface Sides {
  readonly before: Schema;
  readonly after: Schema;
  readonly checks: IndexChecks;
}

interface Context extends Sides {
  readonly db: Database;
  readonly into: VirtualDiff;
}

/** A table known to be virtual. */
type Virtual = Table & { readonly virtual: VirtualTable };

function virtualOf({ tables }: Schema, name: string): Virtual | undefined {
  const table = tables.get(name);
  return table?.virtual === null ? undefined : (table as Virtual | undefined);
}

function diffVirtualTable(context: Context, old: Virtual | undefined, now: Virtual | undefined): void {
  if (old === undefined || now === undefined) {
    const [table, presence] = old === undefined ? [now, 'after' as const] : [old, 'before' as const];
    if (table !== undefined) diffPair(context, { table, presence, isRedefined: false });
  } else if (old.sql === now.sql) {
    if (isStoredDifferently(context, now))
      diffPair(context, { table: now, presence: 'both', isRedefined: false });
  } else if (keepsRows(old, now)) diffPair(context, { table: now, presence: 'both', isRedefined: true });
  else {
    // The old table goes, with its rows, and another one comes.
    if (now.virtual.content === 'external' && !context.checks.isWhole('after', now)) throw notRebuilt(now);
    diffPair(context, { table: old, presence: 'before', isRedefined: false });
    diffPair(context, { table: now, presence: 'after', isRedefined: false });
  }
}

function diffPair(context: Context, pair: Pair): void {
  const { table, presence } = pair;
  try {
    switch (table.virtual.content) {
      case 'own':
        diffOwn(context, pair);
        return;
      case 'external':
        diffExternal(context, pair);
        return;
      case 'none':
        diffStored(context, pair);
        return;
      case 'derived':
        if (presence === 'before') context.into.changes.push(changeOf(table, 'derived'));
        return;
      case 'unknown':
        throw unsupported(
          `virtual table "${table.name}" cannot be read here (module "${table.virtual.module}")`,
          'Leave it out by `exclude` in the config, or change it by a program that has the module.',
        );
    }
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_CORRUPT')) throw error;
    throw damaged(table, (error as Error).message);
  }
}

/** A virtual table, its presence on each side, and whether its definition has changed. */
interface Pair {
  readonly table: Virtual;
  readonly presence: Presence;
  readonly isRedefined: boolean;
}

/** Checks whether the stored form differs. The content may still be equal: merged segments, a tree in another shape. */
function isStoredDifferently({ db, before, after }: Context, { virtual, name }: Virtual): boolean {
  if (virtual.content === 'unknown') {
    const names = [...new Set([...before.tables.keys(), ...after.tables.keys()])];
    return storedIn(name, virtual, names).some((n) => isChanged(db, before, after, n));
  }
  return virtual.shadows.some((n) => isChanged(db, before, after, n));
}

function isChanged(db: Database, before: Schema, after: Schema, name: string): boolean {
  const [old, now] = [before.tables.get(name), after.tables.get(name)];
  if (old === undefined || now === undefined) return old !== now;
  return hasChanges(diffRows(db, now, 'both', after.encoding));
}

/** Checks whether a recreated virtual table takes over its old rows. Throws UNSUPPORTED_CHANGE. */
function keepsRows(old: Virtual, now: Virtual): boolean {
  const contents = [old.virtual.content, now.virtual.content];
  if (contents.includes('none')) {
    throw unsupported(
      `virtual table "${now.name}" was dropped and recreated, and has no content to build its index from`,
    );
  }
  if (contents[0] !== contents[1]) return false;
  const isText = (t: Virtual): boolean => t.virtual.module.startsWith('fts');
  const names = ({ columns }: Virtual): string => JSON.stringify(columns.map((c) => c.name));
  const isAlike = old.virtual.module === now.virtual.module || (isText(old) && isText(now));
  return contents[0] !== 'own' || (isAlike && names(old) === names(now));
}

function diffOwn({ db, after, into }: Context, { table, presence, isRedefined }: Pair): void {
  const flaw = presence === 'before' ? null : findFlaw(db, table);
  // The rows are carried, and the remote builds its own index from them. Another version of SQLite may have written
  // this index.
  if (flaw !== null && table.virtual.module.startsWith('fts')) into.unfit.push(table.name);
  else if (flaw !== null) throw damaged(table, flaw);
  const rows = diffRows(db, table, presence, after.encoding);
  if (hasChanges(rows)) into.tables.push(rows);
  const settings = diffSettings(db, table, isRedefined ? 'after' : presence, BEFORE);
  const keeps = isRedefined ? table.columns.map((c) => c.name) : null;
  if (settings.length > 0 || isRedefined) into.changes.push({ ...changeOf(table, 'own'), settings, keeps });
}

function diffExternal(context: Context, pair: Pair): void {
  const { db, checks, into } = context;
  const { table, presence, isRedefined } = pair;
  if (presence === 'before') {
    into.changes.push(changeOf(table, 'external'));
    return;
  }
  if (!checks.isWhole('after', table)) {
    if (isRedefined) throw notRebuilt(table);
    diffStored(context, pair);
    return;
  }
  const isSame =
    presence === 'both' &&
    !isRedefined &&
    !differsInContent(db, table, BEFORE) &&
    checks.isWhole('before', table);
  const settings = diffSettings(db, table, isRedefined ? 'after' : presence, BEFORE);
  if (!isSame || settings.length > 0)
    into.changes.push({ ...changeOf(table, 'external'), settings, rebuild: !isSame });
}

function diffStored({ db, before, after, into }: Context, { table, presence }: Pair): void {
  const shadows: ShadowTable[] = [];
  for (const name of table.virtual.shadows) {
    const [old, now] = [before.tables.get(name), after.tables.get(name)];
    const stored = now ?? old;
    if (stored === undefined) continue;
    // It goes with the table, and the table cannot be dropped without it.
    if (presence === 'before' && name.endsWith('_config')) continue;
    const rows = diffRows(db, stored, presence, after.encoding);
    if (hasChanges(rows)) into.tables.push(rows);
    const count = (schema: string): number =>
      db
        .prepare(`SELECT count(*) FROM ${schema}.${quoteName(name)}`)
        .pluck()
        .get() as number;
    shadows.push({ name, from: old ? count(BEFORE) : null, to: now ? count('main') : null });
  }
  into.changes.push({ ...changeOf(table, 'none'), shadows });
}

function changeOf({ name, virtual }: Virtual, content: VirtualChange['content']): VirtualChange {
  const none = { settings: [], rebuild: false, shadows: [], keeps: null };
  return { table: name, module: virtual.module, content, ...none };
}

function notRebuilt({ name }: Virtual): Error {
  return unsupported(`full-text index "${name}" was recreated, and not rebuilt`);
}

function damaged({ name, virtual }: Virtual, flaw: string): Error {
  const isText = virtual.module.startsWith('fts');
  const rebuild = `\`INSERT INTO ${quoteName(name)}(${quoteName(name)}) VALUES('rebuild')\``;
  return unsupported(
    `virtual table "${name}" does not fit the tables that it is stored in, as if these had been edited (${flaw})`,
    isText ? `Run ${rebuild} in the working copy.` : 'Drop it in the working copy and recreate it.',
  );
}
