import { requireTool, sqlite3Path } from './tools';

const before = { ...process.env };

beforeEach(() => {
  process.env['PATH'] = '/nowhere';
  delete process.env['TURSO_SYNC_REQUIRE_TOOLS'];
});
afterAll(() => {
  Object.assign(process.env, before);
});

test('an absent tool is told of', () => {
  expect(sqlite3Path()).toBeUndefined();
  expect(requireTool('sqlite3')).toBe(false);
});

test('an absent tool is an error where tools are required', () => {
  process.env['TURSO_SYNC_REQUIRE_TOOLS'] = '1';
  expect(() => requireTool('sqlite3')).toThrow('sqlite3 is not installed');
});
