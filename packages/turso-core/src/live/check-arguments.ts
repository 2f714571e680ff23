import { TursoSyncError } from '../errors';
import { RawText, type SqlValue } from '../sqlite/values/values';
import type { OrderedStatement } from './database';
import type { LiveArguments, LiveStatement } from './live';
import { inOrder } from './parameters';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/**
 * Returns a checked statement, with its values in the order of its parameters. Throws USAGE for an invalid statement,
 * for values unknown to SQLite, and for values that do not fit the parameters.
 */
export function checkedStatement(sql: string, args?: LiveArguments): OrderedStatement {
  checkTypes(sql, args);
  return { sql, args: inOrder(sql, args) };
}

// JavaScript programs may pass anything.
function checkTypes(sql: unknown, args: unknown = []): void {
  if (typeof sql !== 'string') throw usage('A statement must be a string of SQL.', 'Values go beside it.');
  checkText(sql, 'The SQL', NO_NUL);
  if (typeof args !== 'object' || args === null) throw usage('The values of a statement are no list.', LIST);
  // A list may have holes, which Object.entries leaves out.
  if (Array.isArray(args)) for (let i = 0; i < args.length; i++) checkBound(args[i], `number ${i + 1}`);
  else
    for (const [name, value] of Object.entries<unknown>({ ...args })) {
      checkText(name, 'The name of a value', NO_NUL);
      checkBound(value, JSON.stringify(name));
    }
}

function checkBound(value: unknown, which: string): void {
  checkValue(value, `The value ${which}`);
  if (value instanceof RawText)
    throw usage(`The value ${which} is text that is no text.`, 'Bind its bytes, and write CAST(? AS TEXT).');
}

/**
 * Refuses transaction control outside of {@link Live.transaction}, with USAGE. It would end somebody else's
 * transaction.
 */
export function refuseTransactionControl(sql: string): void {
  const word = /^(?:BEGIN|COMMIT|END|SAVEPOINT|RELEASE|ROLLBACK)\b/i.exec(withoutComments(sql))?.[0];
  if (word === undefined) return;
  throw usage(`${word.toUpperCase()} is no statement of its own here.`, 'Use transaction() or batch().');
}

/** Refuses statements that would end the current transaction, with USAGE. */
export function refuseEndOfTransaction(sql: string): void {
  const text = withoutComments(sql);
  const word = /^(?:BEGIN|COMMIT|END|ROLLBACK)\b/i.exec(text)?.[0];
  if (word === undefined || /^ROLLBACK\s+(?:TRANSACTION\s+)?TO\b/i.test(text)) return;
  throw usage(
    `${word.toUpperCase()} is no statement of its own here.`,
    'transaction() and batch() begin and end by themselves; begin() has commit() and rollback().',
  );
}

/** Returns SQL without leading blanks, semicolons and comments. */
export function withoutComments(sql: string): string {
  return sql.replace(/^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[^]*?(?:\*\/|$))+/, '');
}

/** Refuses an invalid name of a table or column, with USAGE. */
export function checkName(name: unknown, what: string): void {
  if (typeof name !== 'string' || name === '')
    throw usage(`${what} has no name.`, 'Give the plain names of a table and of its columns.');
  checkText(name, what, NO_NUL);
}

const NO_NUL = { isSql: true };

/**
 * Refuses half a surrogate pair, because no server and no other client can read it back. In SQL, refuses a NUL as well:
 * SQLite stops reading there, but would run the part before it.
 */
function checkText(text: string, what: string, { isSql = false } = {}): void {
  if (isSql && text.includes('\0'))
    throw usage(
      `${what} holds a NUL, and SQLite reads only what stands before it.`,
      'Nothing was run. Take the NUL out; a value that holds one goes into a parameter.',
    );
  if (/\p{Surrogate}/u.test(text))
    throw usage(
      `${what} holds half a surrogate pair, as a string that was cut within an emoji does.`,
      'Nothing was sent. Cut strings by [...text], or replace the half by text.toWellFormed().',
    );
}

/** Returns the checked statements of a batch. Throws USAGE like {@link checkedStatement}. */
export function checkedStatements(statements: unknown): OrderedStatement[] {
  if (!Array.isArray(statements)) throw usage('batch() needs a list of statements.', STATEMENTS);
  // A list may have holes, which map() leaves out.
  return Array.from(statements, (statement: unknown, i) => {
    if (typeof statement === 'string') return checkedStatement(statement);
    if (typeof statement !== 'object' || statement === null)
      throw usage(`Statement ${i + 1} of batch() is no statement.`, STATEMENTS);
    const { sql, args } = statement as LiveStatement;
    return checkedStatement(sql, args);
  });
}

const STATEMENTS = 'Each is a string of SQL, or an object { sql, args }.';

/** Refuses anything but a synchronous source of rows, with USAGE. */
export function checkRows(rows: unknown): void {
  if (typeof rows === 'object' && rows !== null && Symbol.iterator in rows) return;
  throw usage(
    'insertRows() was given no rows.',
    'Give a list of rows, or a generator that is not async. Each row is a list of values.',
  );
}

/** Refuses rows that do not fit the columns, with USAGE. */
export function checkRow(row: readonly SqlValue[], columns: readonly string[], index: number): void {
  if (!Array.isArray(row) || row.length !== columns.length) {
    throw usage(
      `Row ${index + 1} has ${Array.isArray(row) ? row.length : 'no'} values for ${columns.length} columns.`,
      'Each row is a list with a value for every column; null where there is none.',
    );
  }
  for (const [i, value] of row.entries())
    checkValue(value, `The value of "${columns[i] ?? ''}" in row ${index + 1}`);
}

function checkValue(value: unknown, what: string): void {
  if (typeof value === 'string') {
    checkText(value, what);
    return;
  }
  if (value === null || value instanceof Uint8Array || value instanceof RawText) return;
  if (typeof value === 'number') {
    if (Number.isNaN(value)) throw usage(`${what} is NaN, which SQLite does not have.`, 'Use null.');
  } else if (typeof value === 'bigint') {
    if (value < MIN || value > MAX) throw usage(`${what} does not fit into 64 bits.`, 'Use a string, say.');
  } else throw usage(`${what} is of the type ${typeName(value)}.`, TYPES);
}

function typeName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  // An object may have no prototype, and so no constructor.
  const { constructor }: { constructor?: unknown } = value;
  return typeof constructor === 'function' ? constructor.name : 'object';
}

const LIST = 'Give a list of values, or an object with a value for each name.';
const TYPES =
  'SQLite has null, INTEGER (a bigint), REAL (a number), TEXT (a string) and BLOB (a Uint8Array). Use 1n and 0n for true and false.';

/** Creates an error about a caller's arguments. */
export function usage(message: string, hint: string): TursoSyncError {
  return new TursoSyncError('USAGE', message, { hint });
}
