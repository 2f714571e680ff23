import { eachToken } from '../../sqlite/schema/sql-tokens';
import type { SqlValue } from '../../sqlite/values/values';
import type { BoundValues } from '../hrana';

/** Checks whether a value is one of the two numbers that SQLite has but JSON lacks. */
export function isInfinite(value: SqlValue): value is number {
  return value === Infinity || value === -Infinity;
}

/**
 * Returns the statement with a multiplication by infinity at each infinite parameter. So the parameters keep their
 * places, and each binds the sign of its infinity.
 */
export function spellInfinities(sql: string, args: BoundValues): string {
  const isList = Array.isArray(args);
  if (!(isList ? (args as readonly SqlValue[]) : Object.values(args)).some(isInfinite)) return sql;
  const valueAt = isList
    ? byPlace(args as readonly SqlValue[])
    : byName(args as Readonly<Record<string, SqlValue>>);
  let spelled = '';
  let end = 0;
  for (const { text, at } of parametersOf(sql)) {
    if (!isInfinite(valueAt(text))) continue;
    spelled += `${sql.slice(end, at)}(${text} * 9e999)`;
    end = at + text.length;
  }
  return spelled + sql.slice(end);
}

/** Assigns places like SQLite: a `?` has the one after the highest so far, a name the one of its first appearance. */
function byPlace(args: readonly SqlValue[]): (parameter: string) => SqlValue {
  const places = new Map<string, number>();
  let highest = 0;
  return (parameter) => {
    let place = parameter === '?' ? undefined : places.get(parameter);
    place ??= /^\?\d/.test(parameter) ? Number(parameter.slice(1)) : highest + 1;
    places.set(parameter, place);
    highest = Math.max(highest, place);
    return args[place - 1] ?? null;
  };
}

function byName(args: Readonly<Record<string, SqlValue>>): (parameter: string) => SqlValue {
  return (parameter) => args[parameter.slice(1)] ?? args[parameter] ?? null;
}

function* parametersOf(sql: string): Generator<{ readonly text: string; readonly at: number }> {
  let question = -1;
  for (const { text, at } of eachToken(sql)) {
    if (question >= 0) {
      const isNumbered = question === at - 1 && /^\d+$/.test(text);
      yield { text: isNumbered ? `?${text}` : '?', at: question };
    }
    question = text === '?' ? at : -1;
    if (/^[:@$]./.test(text)) yield { text, at };
  }
  if (question >= 0) yield { text: '?', at: question };
}
