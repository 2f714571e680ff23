import { joinTerms } from '../join-terms';
import { decodeText, type Encoding, type SqlValue } from './values';

/**
 * A select list that brings values over the wire exactly: TEXT travels as its bytes, since servers fail on text that is
 * not UTF-8 and decoders drop a leading U+FEFF; the first column says which values are text. Rows of it are read by
 * {@link exactRow}.
 *
 * @param columns - SQL expressions, already quoted.
 */
export function exactProjection(columns: readonly string[]): string {
  const classes =
    joinTerms(
      columns.map((c) => `substr(typeof(${c}),1,1)`),
      '||',
    ) || `''`;
  const values = columns.map((c) => `iif(typeof(${c})='text',CAST(${c} AS BLOB),${c})`);
  return [classes, ...values].join(', ');
}

/** Reads back one row of an {@link exactProjection}, without its first column. */
export function exactRow(row: readonly SqlValue[], encoding: Encoding): SqlValue[] {
  const [classes, ...values] = row;
  // A server of another kind may answer with anything.
  const known = typeof classes === 'string' ? classes : '';
  return values.map((value, i) =>
    value instanceof Uint8Array && known[i] === 't' ? decodeText(value, encoding) : value,
  );
}
