import { checkDefinition } from '../../sqlite/schema/check-definition';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { IndexSetting, SchemaChange, SequenceChange, ShadowTable, VirtualChange } from '../model';
import { areTexts, unreadable, type ChangesHead } from './changes-file';
import { isJsonValue, sqlValue } from './json';

type Plain = Readonly<Record<string, unknown>>;

/** The changes of definitions that a file tells. Statements are not read: they follow from the definitions. */
export function readSchemaChanges(file: string, head: ChangesHead): SchemaChange[] {
  return listOf(file, head, 'schema').map((change) => {
    const object = objectOf(file, change);
    if (change['action'] === 'create' || change['action'] === 'drop')
      return { action: change['action'], object };
    if (change['action'] !== 'alter' || object.type !== 'table') throw flaw(file, 'schema', change);
    const from = objectOf(file, (change['from'] ?? {}) as Plain);
    return { action: 'alter', object, from, rebuilt: change['rebuilt'] === true, statements: [] };
  });
}

/** The definitions that a plan relies on; null where a file does not tell them. */
export function readDefinitions(file: string, head: ChangesHead): SchemaObject[] | null {
  if (head['definitions'] === undefined) return null;
  return listOf(file, head, 'definitions').map((object) => objectOf(file, object));
}

/** What happens to AUTOINCREMENT counters. */
export function readSequences(file: string, head: ChangesHead): SequenceChange[] {
  return listOf(file, head, 'sequences').map((change) => {
    const { table, from, to } = change;
    const [a, b] = [from, to].map((value) => (isJsonValue(value) ? sqlValue(value) : undefined));
    const isCounter = (value: unknown): value is bigint | null => value === null || typeof value === 'bigint';
    if (typeof table !== 'string' || !isCounter(a) || !isCounter(b)) throw flaw(file, 'sequences', change);
    return { table, from: a, to: b };
  });
}

/** What happens to virtual tables besides their rows. */
export function readVirtual(file: string, head: ChangesHead): VirtualChange[] {
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
  if (typeof name !== 'string' || !isJsonValue(from) || !isJsonValue(to))
    throw flaw(file, 'virtual', setting);
  return { name, from: sqlValue(from), to: sqlValue(to) };
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

function listOf(file: string, head: ChangesHead, name: string): Plain[] {
  const list = head[name];
  const isList = Array.isArray(list) && list.every((item) => typeof item === 'object' && item !== null);
  if (!isList) throw unreadable(file, `its "${name}" is not a list`);
  return list as Plain[];
}

function flaw(file: string, where: string, what: unknown): Error {
  return unreadable(file, `this does not belong to "${where}": ${JSON.stringify(what).slice(0, 60)}`);
}
