import type { Statement } from 'better-sqlite3';
import type { Database } from '../sqlite/files/sqlite';
import type { SqlValue } from '../sqlite/values/values';
import { numbered, parametersOf, type Parameters } from './parameters';

/** A statement for better-sqlite3, that takes its values in the order of its parameters. */
export interface Compiled {
  readonly statement: Statement;
  /** Returns values as better-sqlite3 takes them: those without a name first, then those with one. */
  readonly bind: (args?: readonly SqlValue[]) => unknown[];
  readonly columns: () => string[];
}

/** Compiles a statement. Throws better-sqlite3's own errors. */
export function compile(db: Database, sql: string): Compiled {
  const statement = db.prepare(sql);
  const columns = (): string[] => statement.columns().map(({ name }) => name);
  if (!/[:@$]|\?[0-9]/.test(sql)) return { statement, columns, bind: (args = []) => [args] };
  const parameters = parametersOf(sql);
  // better-sqlite3 does not tell `:a` from `@a`. The original statement has the names of the columns.
  if (!areDistinct(parameters)) return { ...compile(db, numbered(sql)), columns };
  return { statement, columns, bind: (args = []) => bound(parameters, args) };
}

function areDistinct(parameters: Parameters): boolean {
  const named = parameters.filter((name) => name !== null);
  return new Set(named.map(keyOf)).size === named.length;
}

function bound(parameters: Parameters, args: readonly SqlValue[]): unknown[] {
  const plain = args.filter((_, i) => parameters[i] == null);
  const named = parameters.flatMap((name, i) => (name === null ? [] : [[keyOf(name), args[i]] as const]));
  return named.length === 0 ? [plain] : [plain, Object.fromEntries(named)];
}

function keyOf(name: string): string {
  return name.slice(1);
}
