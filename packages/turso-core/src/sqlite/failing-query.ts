/**
 * Returns a query that fails if an SQL expression gives a text, and succeeds if it gives NULL. Nothing else makes a
 * server stop in the middle of a batch and tell why. The error's message quotes the text, as a JSON path that SQLite
 * complains about.
 */
export function failingQuery(text: string): string {
  return `SELECT json_extract('{}', (${text}))`;
}
