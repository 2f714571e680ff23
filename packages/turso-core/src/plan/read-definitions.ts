import { checkDefinition } from '../sqlite/schema/check-definition';
import type { SchemaObject } from '../sqlite/schema/schema';
import { sqlValue } from '../sqlite/values/json-value';
import { isFillable } from '../changeset/schema/filled-columns';
import type {
  FilledColumn,
  IndexSetting,
  SchemaChange,
  SequenceChange,
  ShadowTable,
  VirtualChange,
} from '../changeset/model';
import type { PlanChanges, PlanHead } from './plan';
import { areTexts, unreadable } from './plan-file';

type Plain = Readonly<Record<string, unknown>>;

/** Reads the changed definitions of a plan. Does not read the statements, because they follow from the definitions. */
export function readSchemaChanges(file: string, head: PlanHead): SchemaChange[] {
  return listOf(file, head, 'schema').map((change) => {
    const { action, type, table, name, renamedFrom, before, after, rebuilt, filled } = change;
    const object = objectOf(file, { type, name, table, sql: action === 'drop' ? before : after });
    if (action === 'create' || action === 'drop') return { action, object };
    if (action !== 'alter' || type !== 'table') throw flaw(file, 'schema', change);
    const former = renamedFrom ?? name;
    const from = objectOf(file, { type, name: former, table: former, sql: before });
    const known = { object, from, rebuilt: rebuilt === true, statements: [] };
    return { action, ...known, ...(filled === undefined ? {} : { filled: filledOf(file, filled) }) };
  });
}

function filledOf(file: string, filled: unknown): FilledColumn[] {
  if (!Array.isArray(filled)) throw flaw(file, 'filled', filled);
  return filled.map((one: unknown) => {
    const { column, value } = Object(one) as Plain;
    const read = sqlValue(value) ?? null;
    if (typeof column !== 'string' || !isFillable(read)) throw flaw(file, 'filled', { column, value });
    return { column, value: read };
  });
}

/** Reads the definitions a saved plan relies on; null if the file has none. */
export function readDefinitions(file: string, head: PlanHead): SchemaObject[] | null {
  if (head.changes.reliesOn === null) return null;
  return listOf(file, head, 'reliesOn').map((object) => objectOf(file, object));
}

/** Reads the changes to AUTOINCREMENT counters. */
export function readSequences(file: string, head: PlanHead): SequenceChange[] {
  return listOf(file, head, 'sequences').map((change) => {
    const { table, from, to } = change;
    const [a, b] = [from, to].map(sqlValue);
    const isCounter = (value: unknown): value is bigint | null => value === null || typeof value === 'bigint';
    if (typeof table !== 'string' || !isCounter(a) || !isCounter(b)) throw flaw(file, 'sequences', change);
    return { table, from: a, to: b };
  });
}

/** Reads the changes to virtual tables besides their rows. */
export function readVirtual(file: string, head: PlanHead): VirtualChange[] {
  return listOf(file, head, 'virtual').map((change) => {
    const { table, module, content, settings, rebuild, shadows, keeps } = change;
    const isWhole =
      typeof table === 'string' &&
      typeof module === 'string' &&
      ['own', 'external', 'none', 'derived'].includes(content as string) &&
      typeof rebuild === 'boolean' &&
      Array.isArray(settings) &&
      Array.isArray(shadows) &&
      (keeps === null || areTexts(keeps));
    if (!isWhole) throw flaw(file, 'virtual', change);
    return {
      table,
      module,
      content: content as VirtualChange['content'],
      rebuild,
      keeps,
      settings: (settings as Plain[]).map((setting) => settingOf(file, setting)),
      shadows: (shadows as Plain[]).map((shadow) => shadowOf(file, shadow)),
    };
  });
}

function settingOf(file: string, setting: Plain): IndexSetting {
  const { name, from, to } = setting;
  const [before, after] = [sqlValue(from), sqlValue(to)];
  if (typeof name !== 'string' || before === undefined || after === undefined)
    throw flaw(file, 'virtual', setting);
  return { name, from: before, to: after };
}

function shadowOf(file: string, shadow: Plain): ShadowTable {
  const { name, from, to } = shadow;
  const isCount = (value: unknown): value is number | null => value === null || Number.isInteger(value);
  if (typeof name !== 'string' || !isCount(from) || !isCount(to)) throw flaw(file, 'virtual', shadow);
  return { name, from, to };
}

function objectOf(file: string, { type, name, table, sql }: Plain): SchemaObject {
  const isWhole = [type, name, table, sql].every((value) => typeof value === 'string');
  if (!isWhole || !['table', 'index', 'view', 'trigger'].includes(type as string))
    throw unreadable(file, 'a definition in it is not whole');
  const object = { type, name, table, sql } as SchemaObject;
  checkDefinition(object);
  return object;
}

function listOf(file: string, head: PlanHead, name: keyof PlanChanges): Plain[] {
  const list: unknown = head.changes[name];
  const isList = Array.isArray(list) && list.every((item) => typeof item === 'object' && item !== null);
  if (!isList) throw unreadable(file, `its "${name}" is not a list`);
  return list as Plain[];
}

function flaw(file: string, where: string, what: unknown): Error {
  return unreadable(file, `this does not belong to "${where}": ${JSON.stringify(what).slice(0, 60)}`);
}
