import { bareTables } from '../apply/statements/schema-statements';
import type { Changeset } from '../changeset/model';
import type { Amount } from './amount';
import { sumOf } from './amount';

/** Estimates the cost of a push besides its rows and definitions: guards, the receipt and the queries before it. */
export function fixedCost(changeset: Changeset, definitions: number): Amount {
  const { expects, knownTables, foreignKeys, tables, schema, sequences } = changeset;
  const bare = bareTables(changeset, new Set());
  const names = bare.untriggered.length + bare.unindexed.length + expects.length;
  const hasGuard = expects.length > 0 || bare.untriggered.length > 0;
  const checksNew = tables.length > 0 || schema.some((c) => c.action === 'alter');
  return sumOf([
    { read: REQUESTS.read + REQUESTS.perDefinition * definitions, written: REQUESTS.written },
    // Every definition is compared with every one that is expected, and looked through for triggers and indexes.
    { read: hasGuard ? definitions * (3 + expects.length) + names : 0, written: 0 },
    ...foreignKeys.map(({ violations }) => ({ read: 2 + 6 * violations.length, written: 0 })),
    {
      read: checksNew ? definitions + 2 * knownTables.length + bare.untriggered.length + 2 : 0,
      written: 0,
    },
    ...sequences.map(({ from, to }) => ({
      read: 3 + 2 * sequences.length,
      written: from === null && to !== null ? 2 : 1,
    })),
  ]);
}

/**
 * The cost of the requests around the transaction: for the remote's state, and for creating and removing the receipt.
 */
const REQUESTS = { read: 12, perDefinition: 5, written: 2 };
