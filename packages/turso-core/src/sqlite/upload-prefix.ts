/** The prefix of upload tables: tables on a remote with the values of a large push in progress. */
export const UPLOAD_PREFIX = 'turso_sync_staging_values_';
