/** The result of SQLite's check of a database file. */
export interface Soundness {
  /** The damage to the file itself, or null. */
  readonly damage: string | null;
  /** Full-text tables with an index unlike the one that this SQLite would build from their rows. */
  readonly indexes: readonly string[];
  /** Tables with rows that break a rule of their definition. */
  readonly rules: readonly string[];
}

/**
 * The query for a check of a database; {@link readSoundness} reads its answer. SQLite reports at most 100 faults,
 * damaged pages first, and throws SQLITE_CORRUPT if it cannot go on.
 */
export const SOUNDNESS_QUERY = 'SELECT json_group_array(DISTINCT quick_check) FROM temp.pragma_quick_check';

/**
 * Messages about full-text indexes that are no damage. Another version of SQLite may have written the index: since 3.53
 * a REAL becomes text with 17 digits, before with 15. An index may also cover only some rows of another table. One
 * without content cannot be checked.
 *
 * @see https://sqlite.org/src/file/ext/fts3/fts3.c
 */
const INDEX =
  /^(?:malformed inverted index for FTS\d table (?:main\.)?(.+)|fts5: checksum mismatch for table "(.+)"|unable to validate the inverted index for FTS.*)$/s;

/** Messages about rows older than a rule. SQLite then does not enforce it. */
const RULE = /^(?:(?:NULL|non-\w+|NUMERIC|TEXT) value in (.+)\..*?|CHECK constraint failed in (.+))$/s;

/** Separates damage from messages that only look like it. */
export function readSoundness(answer: unknown): Soundness {
  const messages = (JSON.parse(String(answer)) as string[]).filter((message) => message !== 'ok');
  const damage = messages.find((message) => !INDEX.test(message) && !RULE.test(message));
  return { damage: damage ?? null, indexes: namesIn(messages, INDEX), rules: namesIn(messages, RULE) };
}

function namesIn(messages: readonly string[], pattern: RegExp): string[] {
  const names = messages.flatMap((message) => pattern.exec(message)?.slice(1).filter(Boolean) ?? []);
  return [...new Set(names)];
}
