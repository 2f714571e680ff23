import { foldName } from './fold-name';
import { isVirtual, parseVirtualTable, storedIn } from './virtual-table';

/** Names and GLOB patterns of tables and views, in the form of a config's key `exclude`. Case does not count. */
export type Exclude = readonly string[];

/** A table or view that may be left out. */
export interface Candidate {
  readonly type: string;
  readonly name: string;
  /** Its definition. */
  readonly sql: string;
}

/** Tables and views to leave out. */
export interface Excluded {
  /** Those with a matching name or pattern. */
  readonly matched: readonly string[];
  /** These, and the tables behind virtual ones of them; in the form of {@link foldName}. */
  readonly all: ReadonlySet<string>;
}

/**
 * Finds the tables and views to leave out. The tables behind a virtual table go and stay with it: a pattern that
 * matches only them would break it.
 */
export function findExcluded(candidates: readonly Candidate[], exclude: Exclude): Excluded {
  if (exclude.length === 0) return { matched: [], all: new Set() };
  const names = candidates.map((c) => c.name);
  const owners = candidates.filter((c) => c.type === 'table' && isVirtual(c.sql));
  const stored = new Map<string, string[]>();
  for (const { name, sql } of owners) stored.set(name, storedIn(name, parseVirtualTable(name, sql), names));
  const held = new Set([...stored.values()].flat().map(foldName));
  const matched = names.filter((name) => !held.has(foldName(name)) && isExcluded(name, exclude));
  const all = matched.flatMap((name) => [name, ...(stored.get(name) ?? [])]);
  return { matched, all: new Set(all.map(foldName)) };
}

/** Checks whether a name is one of the names, or matches one of the patterns. */
export function isExcluded(name: string, exclude: Exclude): boolean {
  return exclude.some((pattern) => matches(name, pattern));
}

/** Returns the names and patterns without a match among some names. */
export function unmatched(names: readonly string[], exclude: Exclude): string[] {
  return exclude.filter((pattern) => !names.some((name) => matches(name, pattern)));
}

/** Checks whether one list has everything of another: then nothing of the other comes back. */
export function includesAll(exclude: Exclude, other: Exclude): boolean {
  const known = new Set(exclude.map(foldName));
  return other.every((pattern) => known.has(foldName(pattern)));
}

function matches(name: string, pattern: string): boolean {
  const [folded, wanted] = [foldName(name), foldName(pattern)];
  return folded === wanted || globPattern(wanted).test(folded);
}

/**
 * Returns a GLOB pattern with SQLite's rules: `*`, `?`, and sets in brackets. In a set, an initial `^` excludes, and an
 * initial `]` belongs to the set. An open bracket matches nothing.
 *
 * @see https://github.com/sqlite/sqlite/blob/master/src/func.c
 */
function globPattern(pattern: string): RegExp {
  const parts = pattern.matchAll(/\[(?:(\^)|(?!\^))(\][^\]]*|[^\]]+)\]|[^]/gu);
  const source = [...parts].map(([part, not, set]) => {
    if (part === '*') return '[^]*';
    if (part === '?') return '[^]';
    if (part === '[') return '(?!)';
    if (set === undefined) return part.replace(/[\\^$.|?*+()[\]{}/-]/u, '\\$&');
    return setPattern(not === '^', set);
  });
  return new RegExp(`^${source.join('')}$`, 'u');
}

function setPattern(isNegated: boolean, set: string): string {
  const characters = Array.from(set);
  const items: string[] = [];
  for (let i = 0; i < characters.length; i++) {
    const [from = '', dash, to] = characters.slice(i, i + 3);
    const isRange = dash === '-' && to !== undefined;
    // SQLite has already compared the first character when it finds the dash.
    items.push(escaped(from));
    if (isRange && from <= to) items.push(`${escaped(from)}-${escaped(to)}`);
    if (isRange) i += 2;
  }
  return `[${isNegated ? '^' : ''}${items.join('')}]`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
