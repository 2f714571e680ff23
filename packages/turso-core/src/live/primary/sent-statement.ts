import type { HranaStep } from '../../hrana/hrana';
import type { SqlValue } from '../../sqlite/values/values';
import type { OrderedStatement } from '../database';
import { numbered, parametersOf, type Parameters } from '../parameters';

/** A statement in the form for a server. */
export interface SentStatement {
  readonly step: HranaStep;
  /** Restores the names of columns that the sent SQL changed. */
  readonly restore: <T extends { readonly columns: string[] }>(result: T) => T;
}

/**
 * Prepares a statement for a server. It takes values for numbers or for names, and never for both in one statement.
 * Names get their `:`, `@` or `$`, because `:a` and `@a` are two parameters.
 */
export function sentStatement(statement: OrderedStatement): SentStatement {
  const { sql, args = [] } = statement;
  if (!/[:@$]/.test(sql)) return { step: statement, restore: same };
  const parameters = parametersOf(sql);
  const named = parameters.filter((name) => name !== null && !name.startsWith('?'));
  if (named.length === 0) return { step: statement, restore: same };
  if (named.length === parameters.length) {
    const byName: Record<string, SqlValue> = {};
    for (const [i, name] of named.entries()) byName[String(name)] = args[i] ?? null;
    return { step: { sql, args: byName }, restore: same };
  }
  return {
    step: { sql: numbered(sql), args },
    restore: (result) => ({ ...result, columns: result.columns.map((name) => written(name, parameters)) }),
  };
}

/** Writes the parameters in the name of a column as the statement does: that name is the text of an expression. */
function written(column: string, parameters: Parameters): string {
  return column.replace(/\?(\d+)/g, (_, number: string) => parameters[Number(number) - 1] ?? '?');
}

function same<T>(result: T): T {
  return result;
}
