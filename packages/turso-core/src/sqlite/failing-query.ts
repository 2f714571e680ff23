/**
 * A query that is an error if an SQL expression gives a text, and succeeds if that is NULL. There is no other way to make a server stop in
 * the middle of a batch, and to learn why: the error's message quotes the text, as a JSON path that SQLite complains about.
 */
export function failingQuery(text: string): string {
  return `SELECT json_extract('{}', (${text}))`;
}
