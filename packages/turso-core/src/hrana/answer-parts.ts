/**
 * Maximum number of rows, values and their parts in one answer. Servers put 10 MB of JSON into an answer, and a value
 * takes at least 15 bytes of it, so there are about 2 million. An empty row takes 2 bytes in transit, and 60 when
 * decoded.
 */
export const LIMIT = 3_000_000;

/** Thrown for an answer that would take much more memory than its bytes. */
export class TooManyParts extends Error {}

/** JSON up to this size cannot exceed the limit, because each part takes 2 bytes. */
const SMALL = 2 * LIMIT;

/** Throws {@link TooManyParts} for JSON with too many parts to parse. */
export function checkParts(json: Uint8Array): void {
  if (json.byteLength > SMALL && countJson(json) > LIMIT) throw new TooManyParts();
}

const [QUOTE, BACKSLASH, COMMA, LIST, OBJECT] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/** Counts the lists and objects of a JSON text. Four members count as one more. */
function countJson(bytes: Uint8Array): number {
  let [quarters, isText] = [0, false];
  for (let at = 0; at < bytes.byteLength && quarters <= 4 * LIMIT; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isText = !isText;
    else if (isText) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA) quarters++;
    else if (byte === LIST || byte === OBJECT) quarters += 4;
  }
  return quarters / 4;
}
