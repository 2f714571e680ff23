/** How the names begin of tables on a remote that hold the values of a large push until it is carried out. */
export const STAGING_PREFIX = 'turso_sync_staging_values_';
