import { quoteName, quoteString, quoteValue } from '../../sqlite/values/quote';
import type { FilledColumn } from '../model';
import type { CarriedColumn } from './carried-columns';
import type { TablePair } from './pair-tables';

/** What {@link rebuildStatements} has to know besides the two definitions. */
export interface RebuildOptions {
  /** A free name, for a table that holds the rows meanwhile. */
  readonly holding: string;
  readonly carried: readonly CarriedColumn[];
  readonly filled: readonly FilledColumn[];
  /** Whether the database has a sqlite_sequence table, so that there may be a counter to keep. */
  readonly hasSequences: boolean;
}

/**
 * The statements that rebuild a table by the very text of its new definition, with the rows that it has. They are held
 * meanwhile in a table without types, which changes no value. ALTER TABLE .. RENAME would write texts of its own, and
 * fail on views that are broken.
 */
export function rebuildStatements({ from, to }: TablePair, options: RebuildOptions): string[] {
  const { carried, filled, holding, hasSequences } = options;
  const held = carried.map((_, i) => `c${i}`).join(',');
  const [sources, targets] = [carried.map((c) => quoteName(c.from)), carried.map((c) => quoteName(c.to))];
  const written = [...targets, ...filled.map((f) => quoteName(f.column))].join(',');
  const values = [held, ...filled.map((f) => quoteValue(f.value))].join(',');
  const [old, meanwhile, now] = [from.name, holding, to.name].map((name) => `main.${quoteName(name)}`);
  const rename = (name: string, as: string): string =>
    `UPDATE sqlite_sequence SET name=${quoteString(as)} WHERE name=${quoteString(name)}`;
  const forgetNew = `DELETE FROM sqlite_sequence WHERE name=${quoteString(to.name)}
    AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name=${quoteString(holding)})`;
  return [
    `CREATE TABLE ${meanwhile}(${held})`,
    `INSERT INTO ${meanwhile} SELECT ${sources.join(',')} FROM ${old} NOT INDEXED`,
    // DROP TABLE forgets the counter of that name.
    ...(hasSequences ? [rename(from.name, holding)] : []),
    `DROP TABLE ${old}`,
    to.sql,
    // OR ABORT: an ON CONFLICT clause of the definition would let rows vanish without a word.
    `INSERT OR ABORT INTO ${now}(${written}) SELECT ${values} FROM ${meanwhile} ORDER BY rowid`,
    `DROP TABLE ${meanwhile}`,
    ...(hasSequences ? [forgetNew, rename(holding, to.name)] : []),
  ];
}
