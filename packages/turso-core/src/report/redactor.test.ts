import { createTokens } from '@turso-sync/testing';
import { createRedactor } from './redactor';

const token = createTokens().readWriteToken;
const other = 'p4ss/w+rd=with signs & such_';

function clean(text: string, ...secrets: string[]): string {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.hide(secret);
  return redactor.clean(text);
}

/** Returns the length of the longest piece of a secret still in a text. */
function givenAway(text: string, secret: string): number {
  for (let size = secret.length; size > 0; size--)
    for (let at = 0; at + size <= secret.length; at++)
      if (text.includes(secret.slice(at, at + size))) return size;
  return 0;
}

const asEntities = (text: string): string => Array.from(text, (c) => `&#${c.charCodeAt(0)};`).join('');
const asEscapes = (text: string): string =>
  Array.from(text, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe.each([token, other])('a secret', (secret) => {
  test.each<[string, (secret: string) => string]>([
    ['whole', (s) => `Bearer ${s}, twice: ${s}`],
    ['cut at its end', (s) => `Bearer ${s.slice(0, -4)}`],
    ['cut in the middle', (s) => `Bearer ${s.slice(0, 16)}...${s.slice(-16)}`],
    ['cut at its beginning', (s) => s.slice(5)],
    ['in a URL', (s) => `?token=${encodeURIComponent(s)}&x`],
    ['in a URL, every byte', (s) => Buffer.from(s).toString('hex').replace(/../g, '%$&')],
    ['in JSON', (s) => JSON.stringify({ error: `"${s}"` })],
    ['in JSON of JSON', (s) => JSON.stringify(JSON.stringify({ error: `a\n${s}` }))],
    ['over several lines', (s) => s.replace(/.{10}/g, '$&\n  | ')],
    ['over several lines of JSON', (s) => JSON.stringify(s.replace(/.{20}/g, '$&\n'))],
    ['as escapes', asEscapes],
    ['as HTML', asEntities],
  ])('%s is hidden', (_, write) => {
    const cleaned = clean(`before ${write(secret)} after`, secret);
    expect(cleaned).toMatch(/^before [^]* after$/);
    expect(cleaned).toContain('[token]');
    const plain = decodeURIComponent(cleaned.replace(/%(?![0-9a-f]{2})/gi, ''));
    for (const text of [cleaned, cleaned.replace(/\s|\\n/g, ''), plain])
      expect(givenAway(text, secret)).toBeLessThan(12);
  });
});

test('a short one is hidden whole, and other texts stay as they are', () => {
  expect(clean('the garbage, garb age and garbag', 'garbage')).toBe('the [token], [token] and garbag');
  const text = 'INSERT INTO "production" VALUES (\'\\u0041%20&amp;\');\n  -- 100 % sure\\n';
  expect(clean(text, token, 'production-token')).toBe(text);
  expect(clean(text)).toBe(text);
});

test('a large text takes little time', () => {
  const start = performance.now();
  const rows = '["a value", 12345],'.repeat(100_000);
  expect(clean(rows, token)).toBe(rows);
  expect(performance.now() - start).toBeLessThan(1_000);
  const cut = clean(`${rows}${token.slice(40, 70).replace(/.{10}/g, '$&\n')}`, token);
  expect(cut).toBe(`${rows}[token]\n`);
});
