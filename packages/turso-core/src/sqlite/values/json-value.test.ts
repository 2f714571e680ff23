import { jsonValue, sqlValue, type JsonValue } from './json-value';
import { RawText, sameValue, type SqlValue } from './values';

test.each<[string, SqlValue, JsonValue]>([
  ['NULL', null, null],
  ['a small INTEGER', -7n, -7],
  ['the last safe INTEGER', 2n ** 53n - 1n, 2 ** 53 - 1],
  ['an INTEGER beyond', 2n ** 53n, { integer: '9007199254740992' }],
  ['the least INTEGER', -(2n ** 63n), { integer: '-9223372036854775808' }],
  ['a REAL', 1, { real: '1' }],
  ['a REAL to the last digit', 0.1 + 0.2, { real: '0.30000000000000004' }],
  ['negative zero', -0, { real: '-0' }],
  ['infinity', -Infinity, { real: '-Infinity' }],
  ['TEXT', 'a\0"🦀', 'a\0"🦀'],
  ['TEXT that is no text', new RawText(Uint8Array.of(0xff)), { text: '/w==' }],
  ['BLOB', Uint8Array.of(1, 2), { blob: 'AQI=' }],
])('%s has a form of its own', (_, value, json) => {
  expect(jsonValue(value)).toEqual(json);
  expect(sameValue(sqlValue(json) as SqlValue, value)).toBe(true);
});

test.each([
  [1.5],
  [2 ** 53],
  [true],
  [[1]],
  [{}],
  [undefined],
  [{ integer: '9223372036854775808' }],
  [{ integer: '1.0' }],
  [{ integer: 1 }],
  [{ real: 'NaN' }],
  [{ real: '' }],
  [{ blob: 'AQJ=' }],
  [{ text: '/w' }],
  [{ bytes: 'AQI=' }],
  [{ blob: 'AQI=', real: '1' }],
  [{ '': 'AQI=' }],
])('%j is no value', (json) => {
  expect(sqlValue(json)).toBeUndefined();
});
