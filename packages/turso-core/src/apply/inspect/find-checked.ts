import type { TableChanges } from '../../changeset/model';
import { TursoSyncError } from '../../errors';
import { sqlTokens, unquote, type SqlToken } from '../../sqlite/schema/sql-tokens';
import { quoteName } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import { RowBatcher } from '../statements/row-batcher';

/**
 * Finds the rows forbidden by a CHECK or NOT NULL of their table, from the error message for one of them. Returns an
 * empty list if the message does not tell, or if a rule is about computed columns.
 *
 * @returns indexes of the rows.
 */
export async function findForbidden(
  query: Query,
  { table, columns }: TableChanges,
  rows: readonly (readonly SqlValue[])[],
  failed: string,
): Promise<number[]> {
  if (failed.startsWith(`${table.name}.`)) {
    const place = columns.indexOf(failed.slice(table.name.length + 1));
    return rows.flatMap((row, i) => (place >= 0 && row[place] === null ? [i] : []));
  }
  const rules = checksOf(table.sql).filter((check) => check.name === failed || check.text === failed);
  if (rules.length === 0) return [];
  const condition = rules.map(({ text }) => `NOT (${text})`).join(' OR ');
  const list = columns.map((name, i) => `c${i} AS ${quoteName(name)}`).join(',');
  const queries: { sql: string; args: readonly SqlValue[] }[] = [];
  const batcher = new RowBatcher(columns.length + 1, ({ sql, args }) =>
    queries.push({
      sql: `${sql} SELECT "turso_sync_row" FROM (SELECT ${list}, c${columns.length} AS "turso_sync_row" FROM r)
        AS ${quoteName(table.name)} WHERE ${condition}`,
      args,
    }),
  );
  rows.forEach((row, i) => batcher.add([...row, BigInt(i)]));
  batcher.flush();
  try {
    const found: number[] = [];
    for (const { sql, args } of queries)
      for (const [index] of await query(sql, args)) found.push(Number(index));
    return found.sort((a, b) => a - b);
  } catch (error) {
    if (error instanceof TursoSyncError && error.code === 'REMOTE_FAILED') return [];
    throw error;
  }
}

/** A CHECK of a definition: the name of its constraint, if any, and its expression. */
interface Check {
  readonly name: string | null;
  readonly text: string;
}

function checksOf(sql: string): Check[] {
  const tokens = sqlTokens(sql);
  return tokens.flatMap((token, i) => {
    if (token.text.toLowerCase() !== 'check' || tokens[i + 1]?.text !== '(') return [];
    const [start, end] = [(tokens[i + 1] as SqlToken).at + 1, endOf(tokens, i + 1)];
    const isNamed = tokens[i - 2]?.text.toLowerCase() === 'constraint';
    return [
      { name: isNamed ? unquote(tokens[i - 1]?.text ?? '') : null, text: sql.slice(start, end).trim() },
    ];
  });
}

/** Returns the end of the parenthesis that a token opens. */
function endOf(tokens: readonly SqlToken[], from: number): number | undefined {
  let depth = 0;
  return tokens.slice(from).find(({ text }) => {
    depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    return depth === 0;
  })?.at;
}
