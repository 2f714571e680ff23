/** The name of the older database, attached to the connection that compares. */
export const BEFORE = 'before';

/** The name of the newer database, attached to a connection that writes its changes to a third one. */
export const AFTER = 'after';

/** The name of the attached database for tables with changed definitions. It has the older rows carried into them. */
export const CARRIED = 'carried';

/** The name of the attached database for rows that do not fit a new definition. Each is in a table of the old one. */
export const MISFITS = 'misfits';
