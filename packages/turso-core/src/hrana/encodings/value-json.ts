import { RawText, type SqlValue } from '../../sqlite/values/values';

/** Encodes a value for binding, in Hrana's JSON. It must not be infinite. */
export function valueJson(value: SqlValue): string {
  if (value === null) return '{"type":"null"}';
  if (typeof value === 'bigint') return `{"type":"integer","value":"${value}"}`;
  if (typeof value === 'number') return `{"type":"float","value":${Object.is(value, -0) ? '-0.0' : value}}`;
  if (typeof value === 'string') return `{"type":"text","value":${JSON.stringify(value)}}`;
  const { buffer, byteOffset, byteLength } = value instanceof RawText ? value.bytes : value;
  return `{"type":"blob","base64":"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"}`;
}
