import { systemCode } from '../../errors';
import { using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import { sqlTokens } from '../../sqlite/schema/sql-tokens';
import { quoteName } from '../../sqlite/values/quote';
import { isDefaultEnough } from './constant';
import type { TablePair } from './pair-tables';

/**
 * The ALTER TABLE .. ADD COLUMN statements that change a definition to the very text of the new one, or null where there
 * are none. They cost nothing however many rows there are, and leave indexes and triggers alone. They are tried out.
 */
export function addColumnStatements({ from, to }: TablePair): string[] | null {
  const added = to.columns.slice(from.columns.length);
  // SQLite refuses these where there are rows, and the other side may have some.
  const isRefused = added.some((c) => !c.generated && !isDefaultEnough(c));
  if (from.name !== to.name || added.length === 0 || isRefused) return null;
  for (const insertion of insertions(from.sql, to.sql)) {
    const definitions = splitDefinitions(insertion);
    if (definitions.length !== added.length) continue;
    const statements = definitions.map(
      (text) => `ALTER TABLE main.${quoteName(from.name)} ADD COLUMN ${text}`,
    );
    if (givesText(from.sql, statements, to.sql)) return statements;
  }
  return null;
}

/** All texts that make the longer text when they are put somewhere into the shorter one. */
function* insertions(shorter: string, longer: string): Generator<string> {
  const length = longer.length - shorter.length;
  if (length <= 0) return;
  for (let at = 0; at <= shorter.length; at++) {
    if (longer.endsWith(shorter.slice(at))) yield longer.slice(at, at + length);
    if (shorter[at] !== longer[at]) return;
  }
}

/** `, a INT, b DECIMAL(9, 2)` as its definitions. */
function splitDefinitions(insertion: string): string[] {
  if (!insertion.startsWith(', ')) return [];
  let depth = 0;
  const commas = sqlTokens(insertion).filter(({ text }) => {
    depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    return text === ',' && depth === 0;
  });
  return commas.map(({ at }, i) => insertion.slice(at + 2, commas[i + 1]?.at));
}

function givesText(before: string, statements: readonly string[], after: string): boolean {
  return using(new Database(':memory:'), (db) => {
    try {
      for (const sql of [before, ...statements]) db.exec(sql);
      return db.prepare('SELECT sql FROM sqlite_schema').pluck().get() === after;
    } catch (error) {
      if (!systemCode(error).startsWith('SQLITE_')) throw error;
      return false;
    }
  });
}
