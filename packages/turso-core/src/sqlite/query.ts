import type { SqlValue } from './values/values';

/**
 * Runs one query of a read transaction. Users' values must be read by an {@link exactProjection}. Throws
 * RESPONSE_TOO_LARGE if the caller must ask for fewer rows at once.
 */
export type Query = (sql: string, args?: readonly SqlValue[]) => Promise<SqlValue[][]>;
