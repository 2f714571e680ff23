import path from 'node:path';
import { stateFiles } from '../../src/project/project';
import { identityOf } from '../../src/remote/identity';
import { parseRemoteUrl } from '../../src/remote/url';
import { TursoSyncError } from '../../src/errors';

// Node has the paths of Windows on every system.
jest.mock('node:path', () => jest.requireActual<typeof import('node:path')>('node:path').win32);

const PROJECT = 'D:\\work\\mailer';

test.each([
  ['file:remote.db', 'D:\\work\\mailer\\remote.db'],
  ['file:./a/../remote.db', 'D:\\work\\mailer\\remote.db'],
  ['file:.\\data\\remote.db', 'D:\\work\\mailer\\data\\remote.db'],
  ['file:../other/remote.db', 'D:\\work\\other\\remote.db'],
  ['file:with%20space.db', 'D:\\work\\mailer\\with space.db'],
  ['file:C:\\data\\remote.db', 'C:\\data\\remote.db'],
  ['file:C:/data/remote.db', 'C:\\data\\remote.db'],
  ['file:/C:/data/remote.db', 'C:\\data\\remote.db'],
  ['file:///C:/data/with%20space.db', 'C:\\data\\with space.db'],
  ['file:/data/remote.db', 'D:\\data\\remote.db'],
  ['file://server/share/remote.db', '\\\\server\\share\\remote.db'],
])('%s is the file %s', (text, file) => {
  const address = parseRemoteUrl(text, PROJECT);
  expect(address).toEqual({ kind: 'file', file, location: `file:${file}` });
  // The location is a URL of the same file.
  expect(parseRemoteUrl(address.location, 'E:\\')).toEqual(address);
});

test('a URL without a drive is refused', () => {
  expect(() => parseRemoteUrl('file:///data/remote.db', PROJECT)).toThrow(
    expect.objectContaining({ code: 'URL_UNSUPPORTED' }) as TursoSyncError,
  );
});

test.each([
  ['file:../data/remote.db', '../data/remote.db'],
  ['file:remote.db', 'remote.db'],
  ['file:///E:/remote.db', 'E:/remote.db'],
])('%s lies at %s from the project, with slashes', (url, relative) => {
  expect(identityOf(parseRemoteUrl(url, PROJECT), PROJECT).relative).toBe(relative);
});

test('no file of a project has a name that Windows refuses', () => {
  const { directory, environment, ...files } = stateFiles(`${PROJECT}\\.turso`, 'eu.west-1');
  expect(environment.startsWith(`${directory}\\`)).toBe(true);
  const all = JSON.stringify(files).match(/D:(?:\\\\[^"\\]+)+/g) ?? [];
  expect(all.length).toBeGreaterThan(10);
  for (const file of all) expect(path.basename(file)).toMatch(/^[\w.-]*\w$/);
});
