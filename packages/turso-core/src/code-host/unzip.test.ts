import { zipFiles } from '@turso-sync/testing';
import { unzip } from './unzip';

/** Info-ZIP 3.0's archive of a folder, a deflated file and a stored one. */
const BY_ZIP =
  'UEsDBAoAAAAAANWZfV0AAAAAAAAAAAAAAAAFAAAAYXBwcy9QSwMECgAAAAAA1Zl9XQAAAAAAAAAAAAAAAAwAAABhcHBzL21haWxlci9QSwMEFAAAAAgA1Zl9XaZry34GAAAAyAAAABUAAABhcHBzL21haWxlci9wbGFuLmpzb26rqBgeAABQSwMECgAAAAAA1Zl9XYPxtXACAAAAAgAAAA4AAABhcHBzL21haWxlci/DpMOkUEsBAh4DCgAAAAAA1Zl9XQAAAAAAAAAAAAAAAAUAAAAAAAAAAAAQAO1BAAAAAGFwcHMvUEsBAh4DCgAAAAAA1Zl9XQAAAAAAAAAAAAAAAAwAAAAAAAAAAAAQAO1BIwAAAGFwcHMvbWFpbGVyL1BLAQIeAxQAAAAIANWZfV2ma8t+BgAAAMgAAAAVAAAAAAAAAAEAAACkgU0AAABhcHBzL21haWxlci9wbGFuLmpzb25QSwECHgMKAAAAAADVmX1dg/G1cAIAAAACAAAADgAAAAAAAAABAAAApIGGAAAAYXBwcy9tYWlsZXIvw6RQSwUGAAAAAAQABADsAAAAtAAAAAAA';

const filesOf = (archive: Uint8Array): [string, string][] =>
  [...unzip(archive)].map(({ name, content }) => [name, Buffer.from(content).toString()]);

test('reads what zip has made', () => {
  expect(filesOf(Buffer.from(BY_ZIP, 'base64'))).toEqual([
    ['apps/mailer/plan.json', 'x'.repeat(200)],
    ['apps/mailer/ä', 'ä'],
  ]);
});

test('reads what the double makes', () => {
  expect(filesOf(zipFiles({ a: '1', 'b/c': '' }))).toEqual([
    ['a', '1'],
    ['b/c', ''],
  ]);
});

test.each(['../a', '/a', 'a/../../b', 'a\\b', 'c:a', './a', 'a//b', 'nul', 'a/con.json', 'a./b'])(
  'refuses the path %j',
  (name) => {
    expect(() => filesOf(zipFiles({ [name]: '1' }))).toThrow('it has an unsafe path');
  },
);

test('refuses whatever is cut or changed, at any byte', () => {
  const archive = zipFiles({ 'plan.json': 'some content that is not too short' });
  for (let i = 0; i < archive.length; i++) {
    expect(() => filesOf(archive.subarray(0, i))).toThrow();
    const changed = Buffer.from(archive);
    changed[i] = (changed[i] ?? 0) ^ 0xff;
    let read;
    try {
      read = filesOf(changed);
    } catch (error) {
      expect((error as Error).message).toMatch(/\w/);
      continue;
    }
    // Dates, versions and the local copy of the header are ignored.
    for (const [, content] of read) expect(content).toBe('some content that is not too short');
  }
});
