import { DOCTOR_PREFIX } from '../doctor-table';
import { RECEIPT_PREFIX } from '../receipt';
import { quoteString } from '../values/quote';
import { findExcluded, isExcluded, type Candidate, type Exclude } from './exclude';
import { foldName } from './fold-name';

/** Tables that a program keeps for itself in somebody's database. */
interface Internal {
  /** A GLOB pattern in lower case. */
  readonly pattern: string;
  /** Their owner; null for ours: they come and go with a push. */
  readonly owner: string | null;
}

/** All tables that are never carried: each side keeps its own. */
const INTERNAL: readonly Internal[] = [
  // Turso Database: leftovers of MVCC mode in a file back in WAL mode, and its other notes.
  { pattern: '__turso_internal_*', owner: 'Turso' },
  // Turso Database: captured changes (`PRAGMA capture_data_changes_conn`), and the format of each such table.
  { pattern: 'turso_cdc', owner: 'Turso' },
  { pattern: 'turso_cdc_version', owner: 'Turso' },
  // Turso Sync: the progress of each client's pushes.
  { pattern: 'turso_sync_last_change_id', owner: 'Turso' },
  // libSQL: user-defined functions in WebAssembly.
  { pattern: 'libsql_wasm_func_table', owner: 'libSQL' },
  // Litestream: a write that moves the log on, and the lock that it holds meanwhile.
  { pattern: '_litestream_seq', owner: 'Litestream' },
  { pattern: '_litestream_lock', owner: 'Litestream' },
  // Cloudflare D1: its own metadata.
  { pattern: '_cf_*', owner: 'D1' },
  // Ours: the values of a large push in progress, names on a detour, the receipts of pushes, and self-tests.
  { pattern: 'turso_sync_staging_*', owner: null },
  { pattern: `${DOCTOR_PREFIX}*`, owner: null },
  { pattern: `${RECEIPT_PREFIX}*`, owner: null },
];

/** A table or view that is left out. */
export interface LeftOutTable {
  /** Its name. */
  readonly name: string;
  /** The program that keeps it for itself; null if the project's `exclude` names it. */
  readonly owner: string | null;
}

/** The left-out part of a database. */
export interface LeftOut {
  /** The part to report to people: neither turso-sync's own tables, nor those behind a virtual table. */
  readonly tables: readonly LeftOutTable[];
  /** Checks whether a table or view is left out, and so everything that belongs to it. */
  has(name: string): boolean;
}

/**
 * Returns an SQL condition on a name of a table, or on the table of an index or trigger: it is not {@link INTERNAL}.
 * Names have no case.
 */
export function isCarried(column = 'tbl_name'): string {
  return `NOT (${INTERNAL.map(({ pattern }) => `lower(${column}) GLOB ${quoteString(pattern)}`).join(' OR ')})`;
}

/** Checks whether an object is a table or view. A schema may hold anything, even values that are not text. */
export function isCandidate({ type, name, sql }: Candidate): boolean {
  return (type === 'table' || type === 'view') && typeof name === 'string' && typeof sql === 'string';
}

/** Finds the left-out tables and views: those of other programs, ours, and those that a project excludes. */
export function leftOutOf(candidates: readonly Candidate[], exclude: Exclude): LeftOut {
  const internal = candidates.flatMap(({ type, name }) => {
    const found = INTERNAL.find(({ pattern }) => isExcluded(name, [pattern]));
    return found === undefined ? [] : [{ type, name, owner: found.owner }];
  });
  const names = new Set(internal.map(({ name }) => foldName(name)));
  const others = candidates.filter(({ name }) => !names.has(foldName(name)) && !/^sqlite_/i.test(name));
  const { matched, all } = findExcluded(others, exclude);
  const foreign = internal.filter(({ type, owner }) => type === 'table' && owner !== null);
  const tables = [
    ...foreign.map(({ name, owner }) => ({ name, owner })),
    ...matched.map((name) => ({ name, owner: null })),
  ];
  return { tables, has: (name) => names.has(foldName(name)) || all.has(foldName(name)) };
}
