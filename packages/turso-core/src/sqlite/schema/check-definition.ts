import { TursoSyncError } from '../../errors';
import { RawText } from '../values/values';
import { foldName } from './fold-name';
import { statementTokens } from './one-statement';
import type { SchemaObject } from './schema';
import { eachToken, isWord, unquote, type SqlToken } from './sql-tokens';

/** The number of tokens before a definition's content: `CREATE VIRTUAL TABLE IF NOT EXISTS "name" USING`. */
const HEAD = 8;

/**
 * Throws DEFINITION_INVALID unless a definition is exactly the CREATE statement of that name and kind. A hostile
 * remote's `sqlite_schema` can hold any text. It would be executed here, or by anyone who restores a dump.
 */
export function checkDefinition(object: SchemaObject): void {
  const flaw = definitionFlaw(object);
  if (flaw !== null) throw invalidDefinition(object, flaw);
}

/** Returns {@link checkDefinition}'s objection to a definition, or null. */
export function definitionFlaw({ type, name, table, sql }: SchemaObject): string | null {
  if ([type, name, table, sql].some((value: unknown) => typeof value !== 'string')) return 'it is not text';
  // Text without a semicolon is at most one statement.
  const tokens = /[;\0$@#:]/.test(sql) ? statementTokens(sql) : firstTokens(sql);
  if (tokens === null) return 'it is not one statement';
  const head = readHead(tokens);
  if (head === null) return 'it is not a CREATE statement as SQLite keeps it';
  if (head.type !== type) return `it creates a ${head.type}`;
  // SQLite compares names when it reads a schema. It ignores the case of ASCII letters only.
  if (foldName(head.name) !== foldName(name)) return 'it creates something of another name';
  // Some builds of SQLite read a variable on into brackets, and some do not. Nor does the shell: to it, a quote in them
  // starts a text.
  const variable = head.isVirtual ? /^[$@#:].*\(/ : /^[$@#:]./;
  if (tokens.some(({ text }) => variable.test(text))) return 'it holds a variable';
  const isKept = head.isVirtual ? /^CREATE VIRTUAL TABLE /i.test(sql) : type !== 'table' || head.next === '(';
  return isKept ? null : 'it is not a CREATE statement as SQLite keeps it';
}

/** Returns the error for an invalid definition. */
export function invalidDefinition({ type, name }: SchemaObject, flaw: string): TursoSyncError {
  return new TursoSyncError(
    'DEFINITION_INVALID',
    `The definition of ${objectName(type, name)} is refused: ${flaw}.`,
    {
      hint: 'None of it was executed. No CREATE statement leaves this behind: someone wrote into sqlite_schema. Look at its text there; drop the object and create it again.',
    },
  );
}

/** Returns the kind and the name for people. Either may be any value, and of any size. */
function objectName(type: unknown, name: unknown): string {
  const kind = typeof type === 'string' ? type : 'object';
  if (typeof name === 'string') return `${kind} "${name}"`;
  const bytes = name instanceof RawText ? name.bytes : name;
  if (!(bytes instanceof Uint8Array)) return `${kind} ${String(name)}`;
  const start = Buffer.from(bytes.subarray(0, 20)).toString('hex');
  return `${kind} x'${start}${bytes.byteLength > 20 ? '..' : ''}'`;
}

function firstTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (const token of eachToken(sql)) if (tokens.push(token) > HEAD) break;
  return tokens;
}

interface Head {
  readonly type: SchemaObject['type'];
  readonly name: string;
  readonly isVirtual: boolean;
  /** The token after the name. */
  readonly next: string | undefined;
}

const TYPES = ['table', 'index', 'view', 'trigger'] as const;

function readHead(tokens: readonly SqlToken[]): Head | null {
  // SQLite itself reads only texts with this beginning.
  if (tokens[0]?.at !== 0 || !isWord(tokens[0], 'create')) return null;
  const isVirtual = isWord(tokens[1], 'virtual');
  let at = isVirtual || isWord(tokens[1], 'unique') ? 2 : 1;
  const type = TYPES.find((word) => isWord(tokens[at], word));
  if (type === undefined || (at === 2 && type !== (isVirtual ? 'table' : 'index'))) return null;
  at++;
  const isConditional = ['if', 'not', 'exists'].every((word, i) => isWord(tokens[at + i], word));
  if (isConditional && !isVirtual) at += 3;
  const name = tokens[at]?.text;
  if (name === undefined || !/^['"`[\w\u0080-\u{10FFFF}]/u.test(name)) return null;
  return { type, name: unquote(name), isVirtual, next: tokens[at + 1]?.text };
}
