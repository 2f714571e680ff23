/**
 * Rows, values and what they consist of that one answer may have. Servers put 10 MB of JSON into an answer, and a value takes 15
 * bytes of that at least, so there are some 2 million. An empty row takes 2 bytes to send, and 60 once it is decoded.
 */
export const LIMIT = 3_000_000;

/** Thrown for an answer that would take much more memory than it has bytes. */
export class TooManyParts extends Error {}

/** Bytes that can have no more parts than that in JSON, where each takes 2. */
const SMALL = 2 * LIMIT;

/** Throws {@link TooManyParts} for JSON that should not be parsed. */
export function checkParts(json: Uint8Array): void {
  if (json.byteLength > SMALL && countJson(json) > LIMIT) throw new TooManyParts();
}

const [QUOTE, BACKSLASH, COMMA, LIST, OBJECT] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/** The lists and objects of a JSON text. Four members are reckoned as one more. */
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
