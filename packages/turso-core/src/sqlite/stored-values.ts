import type { SqlValue } from './values/values';

/** The values of a statement in a file. Together with those of all statements they would take too much memory. */
export interface StoredValues {
  /** The number of values. */
  readonly count: number;
  /** The number of characters in the texts among them. */
  readonly texts: number;
  /** The same, plus 8 bytes for a number or NULL, and the bytes of BLOBs. */
  readonly size: number;
  /** Reads the values, again at each call. */
  read(): readonly SqlValue[];
}

/** Checks whether values are stored. */
export function isStored(values: object): values is StoredValues {
  return 'read' in values && typeof values.read === 'function';
}

/** Returns values, and reads them first if they are stored. */
export function readValues(values: readonly SqlValue[] | StoredValues): readonly SqlValue[] {
  return isStored(values) ? values.read() : values;
}
