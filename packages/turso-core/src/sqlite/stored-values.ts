import type { SqlValue } from './values/values';

/** The values of a statement that are in a file, since those of all statements would take too much memory. */
export interface StoredValues {
  /** How many there are. */
  readonly count: number;
  /** Characters of the texts among them. */
  readonly texts: number;
  /** The same, and bytes of BLOBs. */
  readonly size: number;
  /** Reads them, anew at each call. */
  read(): readonly SqlValue[];
}

/** Whether values are stored. */
export function isStored(values: object): values is StoredValues {
  return 'read' in values && typeof values.read === 'function';
}

/** Values, read if they are stored. */
export function readValues(values: readonly SqlValue[] | StoredValues): readonly SqlValue[] {
  return isStored(values) ? values.read() : values;
}
