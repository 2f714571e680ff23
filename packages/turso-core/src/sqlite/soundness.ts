/** What SQLite's check of a database file comes to. */
export interface Soundness {
  /** What is wrong with the file itself, or null. */
  readonly damage: string | null;
  /** Full-text tables whose index is not what this SQLite would make of their rows. */
  readonly indexes: readonly string[];
  /** Tables with rows that break a rule of their definition. */
  readonly rules: readonly string[];
}

/**
 * The query to ask a database; give its answer to {@link readSoundness}. SQLite tells of 100 faults at most, of damaged pages first, and
 * throws SQLITE_CORRUPT when it cannot go on.
 */
export const SOUNDNESS_QUERY = 'SELECT json_group_array(DISTINCT quick_check) FROM temp.pragma_quick_check';

/**
 * An index that another version of SQLite wrote is no damage: since 3.53 a REAL becomes text with 17 digits, before with 15. Nor is one
 * over only some rows of another table, or one without content, which cannot be checked.
 *
 * @see https://sqlite.org/src/file/ext/fts3/fts3.c
 */
const INDEX =
  /^(?:malformed inverted index for FTS\d table (?:main\.)?(.+)|fts5: checksum mismatch for table "(.+)"|unable to validate the inverted index for FTS.*)$/s;

/** Rows that were there before a rule came, which SQLite then does not enforce. */
const RULE = /^(?:(?:NULL|non-\w+|NUMERIC|TEXT) value in (.+)\..*?|CHECK constraint failed in (.+))$/s;

/** Tells damage from what only looks like it. */
export function readSoundness(answer: unknown): Soundness {
  const messages = (JSON.parse(String(answer)) as string[]).filter((message) => message !== 'ok');
  const damage = messages.find((message) => !INDEX.test(message) && !RULE.test(message));
  return { damage: damage ?? null, indexes: namesIn(messages, INDEX), rules: namesIn(messages, RULE) };
}

function namesIn(messages: readonly string[], pattern: RegExp): string[] {
  const names = messages.flatMap((message) => pattern.exec(message)?.slice(1).filter(Boolean) ?? []);
  return [...new Set(names)];
}
