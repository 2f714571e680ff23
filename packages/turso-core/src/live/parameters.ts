import { sqlTokens, type SqlToken } from '../sqlite/schema/sql-tokens';
import type { SqlValue } from '../sqlite/values/values';
import type { LiveArguments } from './live';
import { sqlFailed, wrongParameters } from './statement-errors';

/**
 * The parameters of a statement, in the order of their numbers. A parameter is named as SQLite names it: `:a`, `?1`.
 * Null stands for `?`, and for an unused number.
 */
export type Parameters = readonly (string | null)[];

/** SQLite's highest number of a parameter. */
const MOST = 32_766;

/** Number of statements to remember, and the characters of the longest of them. */
const KEPT = 1000;
const LONGEST = 10_000;

const known = new Map<string, Parameters>();

/**
 * Returns the parameters of a statement, numbered like SQLite does: `?` is one more than the highest so far, and a name
 * has one number wherever it stands. Throws SQL_FAILED for a number that SQLite does not have.
 *
 * @see https://sqlite.org/lang_expr.html#varparam
 */
export function parametersOf(sql: string): Parameters {
  const found = known.get(sql);
  if (found !== undefined) return found;
  const parameters = list(sql);
  if (sql.length > LONGEST) return parameters;
  if (known.size >= KEPT) known.clear();
  known.set(sql, parameters);
  return parameters;
}

/**
 * Returns the values in the order of the parameters, so that every database binds them in the same way. Throws USAGE
 * if values are missing or left over.
 */
export function inOrder(sql: string, args: LiveArguments = []): readonly SqlValue[] {
  const parameters = parametersOf(sql);
  if (!isList(args)) return byName(parameters, args);
  if (args.length === parameters.length) return args;
  const [takes, given] = [counted(parameters.length, 'parameter'), counted(args.length, 'value')];
  throw wrongParameters(`it has ${takes}, and was given ${given}`);
}

/** Returns the same statement with `?1`, `?2` and so on as its only parameters. */
export function numbered(sql: string): string {
  let [text, end] = ['', 0];
  for (const { at, length, index } of eachParameter(sql)) {
    text += `${sql.slice(end, at)}?${index}`;
    end = at + length;
  }
  return text + sql.slice(end);
}

function byName(parameters: Parameters, args: Readonly<Record<string, SqlValue>>): SqlValue[] {
  const used = new Set<string>();
  const values = parameters.map((parameter) => {
    if (parameter === null) throw wrongParameters('a ? has no name, so it takes a list of values');
    const name = parameter.replace(/^\?0*|^[^?]/, '');
    if (!Object.hasOwn(args, name)) throw wrongParameters(`there is no value for ${parameter}`);
    used.add(name);
    return args[name] as SqlValue;
  });
  const unknown = Object.keys(args).find((name) => !used.has(name));
  if (unknown !== undefined) throw wrongParameters(`it has no parameter ${JSON.stringify(unknown)}`);
  return values;
}

function list(sql: string): Parameters {
  const names: (string | null)[] = [];
  for (const { name, index } of eachParameter(sql)) {
    while (names.length < index) names.push(null);
    names[index - 1] ??= name;
  }
  return names;
}

interface Parameter {
  readonly name: string | null;
  /** Its number, from 1. */
  readonly index: number;
  readonly at: number;
  readonly length: number;
}

function* eachParameter(sql: string): Generator<Parameter> {
  // Most statements without parameters need no look at their tokens.
  if (!/[?:@$]/.test(sql)) return;
  const named = new Map<string, number>();
  let highest = 0;
  const tokens = sqlTokens(sql);
  for (const [i, token] of tokens.entries()) {
    const name = nameOf(token, tokens[i + 1]);
    if (name === undefined) continue;
    const index =
      named.get(name) ?? (name.startsWith('?') && name !== '?' ? Number(name.slice(1)) : highest + 1);
    if (index < 1 || index > MOST)
      throw sqlFailed(`the parameter ${name.slice(0, 20)} is not one of ?1 to ?${MOST}`);
    highest = Math.max(highest, index);
    if (name !== '?') named.set(name, index);
    yield { name: name === '?' ? null : name, index, at: token.at, length: name.length };
  }
}

/** Returns the name of a parameter, `?` for one without, or undefined for another token. */
function nameOf({ text, at }: SqlToken, next: SqlToken | undefined): string | undefined {
  // The number is a token of its own, and may touch a word behind it.
  if (text === '?') return next?.at === at + 1 ? `?${/^[0-9]*/.exec(next.text)?.[0] ?? ''}` : '?';
  return /^[$@:]./u.test(text) ? text : undefined;
}

function isList(args: LiveArguments): args is readonly SqlValue[] {
  return Array.isArray(args);
}

function counted(count: number, what: string): string {
  return `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`;
}
