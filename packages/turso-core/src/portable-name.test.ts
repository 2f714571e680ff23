import { isPortableName } from './portable-name';

test.each([
  'a',
  'plan.json',
  'console',
  'nul-1',
  'com',
  'com10',
  'lpt',
  '.env',
  'a b',
  'é',
  '..a',
  'auxiliary.db',
])('%j is a name on every system', (name) => {
  expect(isPortableName(name)).toBe(true);
});

test.each(['CON', 'nul', 'Aux.txt', 'con.tar.gz', 'prn .txt', 'COM1', 'lpt9.db', 'com¹', 'CONIN$'])(
  '%j is a device on Windows',
  (name) => {
    expect(isPortableName(name)).toBe(false);
  },
);

test.each(['', '.', '..', 'a.', 'a ', 'a:b', 'a/b', 'a\\b', 'a?', 'a*', 'a|b', '<a>', 'a"', 'a\0', 'a\n'])(
  '%j is not a name on every system',
  (name) => {
    expect(isPortableName(name)).toBe(false);
  },
);
