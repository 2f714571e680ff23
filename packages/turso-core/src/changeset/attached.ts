/** The name under which the older database is attached to the connection that compares. */
export const BEFORE = 'before';

/** The name under which the tables with changed definitions are attached, with the older rows carried into them. */
export const CARRIED = 'carried';

/** The name under which the rows are attached that do not fit a new definition, each in a table of the old one. */
export const MISFITS = 'misfits';
