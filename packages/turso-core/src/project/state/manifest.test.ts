import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { makeTempDir } from '@turso-sync/testing';
import type { TursoSyncError } from '../../errors';
import {
  isOfExclude,
  fingerprintUnder,
  readManifest,
  refuseNewer,
  requireManifest,
  STATE_FORMAT,
  withExclude,
  writeManifest,
} from './manifest';
import { snapshotFiles, type SnapshotFiles } from '../project';

const content = {
  createdAt: '2026-01-02T03:04:05.678Z',
  remote: 'libsql://db.turso.io',
  fingerprint: null,
  method: 'pages',
  bytes: 5,
  setAside: [],
} as const;

let files: SnapshotFiles;
beforeEach(() => {
  files = snapshotFiles(makeTempDir());
});

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    expect((error as TursoSyncError).hint).toMatch(/\S/);
    return (error as TursoSyncError).code;
  }
}

test('is read as it was written, by people as well', () => {
  const written = writeManifest(files, content);
  expect(written).toEqual({ formatVersion: STATE_FORMAT, ...content });
  expect(readManifest(files)).toEqual(written);
  expect(readFileSync(files.manifest, 'utf8')).toContain('\n  "remote": "libsql://db.turso.io",\n');
});

test('is null where there is none', () => {
  expect(readManifest(files)).toBeNull();
  expect(requireManifest(files)).toBeNull();
  expect(codeOf(() => refuseNewer(files))).toBe('none');
});

test.each(['', '{', 'null', '[]', '7', '{}', '{"formatVersion":"1"}', '{"formatVersion":1,"bytes":5}'])(
  'is damaged as %s, which may be replaced',
  (text) => {
    writeFileSync(files.manifest, text);
    expect(codeOf(() => readManifest(files))).toBe('BASE_DAMAGED');
    expect(codeOf(() => refuseNewer(files))).toBe('none');
  },
);

test.each([null, 5, [], {}, { patterns: 'a', tables: [] }, { patterns: ['a'], tables: [7] }])(
  'is damaged where it excludes %j',
  (exclude) => {
    writeFileSync(files.manifest, JSON.stringify({ formatVersion: STATE_FORMAT, ...content, exclude }));
    expect(codeOf(() => readManifest(files))).toBe('BASE_DAMAGED');
  },
);

test('tells what was excluded, and its fingerprint only while nothing of that came back', () => {
  const known = { formatVersion: STATE_FORMAT, ...content, fingerprint: 'mark' };
  const written = withExclude(known, ['A*', 'b'], ['ab', 'b']);
  expect(written.exclude).toEqual({ patterns: ['A*', 'b'], tables: ['ab', 'b'] });
  expect(withExclude(written, ['b', 'c']).exclude).toEqual({ patterns: ['b', 'c'], tables: ['b'] });
  expect(withExclude(written, [])).toEqual(known);
  expect(fingerprintUnder(written, ['B', 'a*', 'c'])).toBe('mark');
  expect(fingerprintUnder(written, ['b'])).toBeNull();
  expect(fingerprintUnder(known, [])).toBe('mark');
  expect([isOfExclude(written, ['b', 'a*']), isOfExclude(written, ['b'])]).toEqual([true, false]);
  expect([isOfExclude(known, []), isOfExclude(known, ['b'])]).toEqual([true, false]);
});

test('is damaged as a folder', () => {
  mkdirSync(files.manifest);
  expect(codeOf(() => readManifest(files))).toBe('BASE_DAMAGED');
});

test('of a newer version is refused, whatever else is in it', () => {
  writeFileSync(files.manifest, JSON.stringify({ formatVersion: STATE_FORMAT + 1, new: 'things' }));
  for (const read of [readManifest, requireManifest, refuseNewer])
    expect(codeOf(() => read(files))).toBe('STATE_TOO_NEW');
});

test('goes with a database of the size that it tells', () => {
  writeManifest(files, content);
  expect(codeOf(() => requireManifest(files))).toBe('BASE_DAMAGED');
  writeFileSync(files.database, '1234');
  expect(codeOf(() => requireManifest(files))).toBe('BASE_DAMAGED');
  writeFileSync(files.database, '12345');
  expect(requireManifest(files)).toMatchObject(content);
});
