import type { PageValue } from '../page-data';
import { shown, shownLines } from '../../shown';
import { element } from './elements';

/** Names the type of a value in a word. */
export function typeOf(value: PageValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return 'INTEGER';
  if (typeof value === 'string' || 's' in value) return 'TEXT';
  if ('i' in value) return 'INTEGER';
  if ('r' in value) return 'REAL';
  return 'x' in value ? 'BLOB' : 'TEXT (invalid)';
}

/** Returns a value as one text, as the search sees it. */
export function plainText(value: PageValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value;
  if ('i' in value) return value.i;
  if ('r' in value) return value.r;
  if ('s' in value) return value.s;
  return 'x' in value ? `x'${value.x}'` : `x'${value.u}'`;
}

/** The most characters of a value in a cell of the table. */
const CELL = 200;

/** Shows a value in one line. */
export function valueNode(value: PageValue): HTMLElement {
  const text = plainText(value);
  const cut = text.length > CELL || cutNote(value) !== '' ? '…' : '';
  return element(
    'bdi',
    { class: classOf(value) },
    text === '' ? '(empty)' : shown(text.slice(0, CELL)) + cut,
  );
}

/** Shows a value in full, as far as the page has it. */
export function wholeValue(value: PageValue): HTMLElement {
  const text = plainText(value);
  const note = cutNote(value);
  return element(
    'div',
    {},
    element(
      'pre',
      { class: classOf(value), tabindex: text.length > CELL ? 0 : null },
      text === '' ? '(empty)' : shownLines(text),
    ),
    element('small', {}, note === '' ? typeOf(value) : `${typeOf(value)}, ${note}`),
  );
}

function classOf(value: PageValue): string {
  if (value === null || value === '') return 'value none';
  const isText = typeof value === 'string' || (typeof value === 'object' && 's' in value);
  return isText ? 'value' : 'value other';
}

function cutNote(value: PageValue): string {
  if (value === null || typeof value !== 'object' || !('n' in value)) return '';
  if ('s' in value) return `the first ${value.s.length} of ${value.n} characters`;
  const there = ('x' in value ? value.x : value.u).length / 2;
  return there < value.n ? `the first ${there} of ${value.n} bytes` : '';
}
