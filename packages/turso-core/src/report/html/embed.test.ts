import { dataElement, htmlText } from './embed';

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  ']]>',
  '\u2028\u2029',
  '\ud800',
  'a\udc00',
  '\u202eevil',
  '\0',
  '&lt;',
];

test.each(HOSTILE)('data that holds %j stays data', (text) => {
  const element = dataElement({ text });
  const [, json = ''] = /^<script type="application\/json">([^<]*)<\/script>\n$/.exec(element) ?? [];
  expect(JSON.parse(json)).toEqual({ text });
  expect(Buffer.from(element).toString()).toBe(element);
  expect(element).not.toMatch(/[\u2028\u2029\u202e\0]/);
});

test.each(HOSTILE)('text that holds %j stays text', (text) => {
  expect(htmlText(text)).not.toMatch(/[<>"'\u2028\u202e\0]|\p{Cs}/u);
});
