/** Keeps secrets out of printed text. */
export interface Redactor {
  /** Adds a secret. It must not be printed, whatever text contains it. */
  readonly hide: (secret: string | undefined) => void;
  /** Removes the secrets from a text, even if they are cut, escaped, or spread over several lines. */
  readonly clean: (text: string) => string;
}

/** So many characters in a row give a secret away. A shorter secret counts only as a whole. */
const PIECE = 12;

/** Makes a redactor without any secrets yet. */
export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  return {
    hide(secret) {
      if (secret !== undefined && secret !== '') secrets.add(secret);
    },
    clean(text) {
      const whole = [...secrets].reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
      return [...secrets].reduce(withoutPieces, whole);
    },
  };
}

const HIDDEN = '[token]';

/** A plain character, one escaped as in URLs, JSON and HTML, or a meaningless text in between. */
const UNIT =
  /%[0-9a-f]{2}|\\u\{?[0-9a-f]{1,6}\}?|\\x[0-9a-f]{2}|&#x[0-9a-f]+;|&#\d+;|\\[nrt\\]|[\s"'|\\]+|[^]/giu;

/** Texts above this length are searched closely only if there is a reason. */
const LONG = 100_000;

/** Several escaped characters side by side. */
const ESCAPED = /(?:%[0-9a-f]{2}|\\u\{?[0-9a-f]{1,6}\}?|\\x[0-9a-f]{2}|&#\w+;){4}/i;

/** Checks whether a text may hold a piece of a secret, from samples every few characters. */
function mayHold(text: string, secret: string): boolean {
  const size = Math.floor(Math.min(PIECE, secret.length) / 2);
  if (size < 3 || ESCAPED.test(text)) return true;
  const compact = text.replace(/\\[nrt]|[\s"'|\\]+/g, '');
  const pieces = new Set(Array.from(secret, (_, at) => secret.slice(at, at + size)));
  for (let at = 0; at < compact.length; at += size) if (pieces.has(compact.slice(at, at + size))) return true;
  return false;
}

function withoutPieces(text: string, secret: string): string {
  if (text.length > LONG && !mayHold(text, secret)) return text;
  const size = Math.min(PIECE, secret.length);
  const pieces = new Set<string>();
  for (let at = 0; at + size <= secret.length; at++) pieces.add(secret.slice(at, at + size));
  // The meaningful characters, and the start and end of each in the text.
  let compact = '';
  const spans: [from: number, to: number][] = [];
  for (const { 0: unit, index } of text.matchAll(UNIT)) {
    const meaning = decode(unit);
    const span: [number, number] = [index, index + unit.length];
    if (meaning === '' && !secret.includes(unit)) continue;
    for (const character of meaning || unit) {
      compact += character;
      spans.push(...Array.from({ length: character.length }, () => span));
    }
  }
  let cleaned = '';
  let done = 0;
  for (let at = 0; at + size <= compact.length; at++) {
    if (!pieces.has(compact.slice(at, at + size))) continue;
    let end = at + size;
    while (end < compact.length && pieces.has(compact.slice(end + 1 - size, end + 1))) end++;
    cleaned += `${text.slice(done, spans[at]?.[0])}${HIDDEN}`;
    done = spans[end - 1]?.[1] ?? text.length;
    at = end - 1;
  }
  return cleaned + text.slice(done);
}

/** Decodes a unit. Returns an empty text if it means nothing by itself. */
function decode(unit: string): string {
  const code = /^(?:%|\\x|\\u\{?|&#x)([0-9a-f]+)/i.exec(unit)?.[1];
  if (code !== undefined) return fromCode(parseInt(code, 16));
  const decimal = /^&#(\d+);/.exec(unit)?.[1];
  if (decimal !== undefined) return fromCode(Number(decimal));
  return /^(?:\\[nrt\\]|[\s"'|\\]+)$/.test(unit) ? '' : unit;
}

function fromCode(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
