import { joinTerms } from '../join-terms';
import { decodeText, type Encoding, type SqlValue } from './values';

/**
 * Returns a select list that brings values over the wire exactly. TEXT travels as its bytes, because servers fail on
 * text that is not UTF-8, and decoders drop a leading U+FEFF. The first column tells which values are text.
 * {@link exactRow} reads its rows.
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
