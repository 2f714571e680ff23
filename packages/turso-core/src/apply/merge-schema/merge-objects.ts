import type { SchemaObject } from '../../sqlite/schema/schema';
import { sameSql } from './definition';
import type { Disputes } from './disputes';
import type { RenamedObject } from './rename-all';
import { three, type Three } from './three';

/**
 * Merges indexes, views and triggers by their text. The remote's come first, in its order, because triggers fire in
 * that order.
 */
export function mergeObjects(renamed: Three<readonly RenamedObject[]>, disputes: Disputes): SchemaObject[] {
  const found = three((side) => new Map(renamed[side].filter(isText).map((o) => [keyOf(o), o])));
  const keys = new Set([...found.theirs.keys(), ...found.ours.keys()]);
  return [...keys].flatMap((key) => {
    const [base, ours, theirs] = [found.base.get(key), found.ours.get(key), found.theirs.get(key)];
    const isSame = (a?: RenamedObject, b?: RenamedObject): boolean => sameSql(a?.renamed.sql, b?.renamed.sql);
    const winner = isSame(ours, base) || isSame(ours, theirs) ? theirs : isSame(theirs, base) ? ours : null;
    if (winner !== null) return winner?.renamed ?? [];
    const { type, name, table } = (theirs ?? ours)?.object ?? { type: 'view', name: key, table: key };
    const [old, local, remote] = [base, ours, theirs].map((o) => o?.object.sql);
    const message = explain({ type, old, local, remote });
    const side = disputes.decide({ type, name, table, column: null, message, old, local, remote });
    return (side === 'ours' ? ours : theirs)?.renamed ?? [];
  });
}

function isText({ object }: RenamedObject): boolean {
  return object.type !== 'table';
}

function keyOf({ object: { type, name } }: RenamedObject): string {
  return `${type} ${name.toLowerCase()}`;
}

interface Texts {
  readonly type: string;
  readonly old: string | undefined;
  readonly local: string | undefined;
  readonly remote: string | undefined;
}

function explain({ type, old, local, remote }: Texts): string {
  if (old === undefined) return `Both sides made this ${type}, in different ways.`;
  if (local === undefined) return `You dropped this ${type}, and it was changed on the remote.`;
  if (remote === undefined) return `You changed this ${type}, and it was dropped on the remote.`;
  return `Both sides changed this ${type}, in different ways.`;
}
