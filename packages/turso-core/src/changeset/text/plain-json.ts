import { RawText } from '../../sqlite/values/values';

/** Plain data as JSON text that {@link readPlain} reads back to the same: with bigints, sets, bytes and every double. */
export function plainText(data: unknown): string {
  return JSON.stringify(encode(data));
}

function encode(value: unknown): unknown {
  if (typeof value === 'bigint') return { $integer: value.toString() };
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return { $real: Object.is(value, -0) ? '-0' : String(value) };
  if (value instanceof Set) return { $set: [...(value as Set<unknown>)].map(encode) };
  if (value instanceof RawText) return { $text: Buffer.from(value.bytes).toString('base64') };
  if (value instanceof Uint8Array) return { $blob: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
}

/** Reads what {@link plainText} has made. */
export function readPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readPlain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [tag, content] = entries.length === 1 ? (entries[0] as [string, unknown]) : ['', null];
  const bytes = (): Uint8Array => Uint8Array.from(Buffer.from(content as string, 'base64'));
  switch (tag) {
    case '$integer':
      return BigInt(content as string);
    case '$real':
      return Number(content);
    case '$set':
      return new Set((content as unknown[]).map(readPlain));
    case '$text':
      return new RawText(bytes());
    case '$blob':
      return bytes();
    default:
      return Object.fromEntries(entries.map(([key, item]) => [key, readPlain(item)]));
  }
}
