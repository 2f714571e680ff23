import type { SqlValue } from './values/values';

/**
 * Runs one query of a read transaction. Rows with values of users are asked for by an {@link exactProjection}.
 * Throws RESPONSE_TOO_LARGE where fewer rows would have to be asked for at once.
 */
export type Query = (sql: string, args?: readonly SqlValue[]) => Promise<SqlValue[][]>;
