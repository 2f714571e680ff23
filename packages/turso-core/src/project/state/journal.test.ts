import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { JOURNAL_VERSION } from './journal';
import { pullUnderWay } from './pull-journal';
import { readPushJournal } from './push-journal';
import type { TursoSyncError } from '../../errors';
import { loadProject } from '../load-project';

const JOURNALS = { push: 'turso-sync-push', pull: 'turso-sync-pull' } as const;

/** Creates a project with a journal in its state folder. */
async function withJournal(name: keyof typeof JOURNALS, text: string): Promise<() => unknown> {
  const project = await loadProject({ cwd: makeTempDir('journal-'), variables: {} });
  const { files } = project;
  fs.mkdirSync(path.dirname(files.pushJournal), { recursive: true });
  fs.writeFileSync(name === 'push' ? files.pushJournal : files.pullJournal, text);
  fs.writeFileSync(files.pushed, '');
  return () => (name === 'push' ? readPushJournal(files) : pullUnderWay(project));
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as TursoSyncError).code;
  }
}

describe.each(Object.entries(JOURNALS) as ['push' | 'pull', string][])(
  'the journal of a %s',
  (name, format) => {
    test.each([
      ['a newer turso-sync', { format, version: JOURNAL_VERSION + 1 }],
      ['something else', { format: 'something-else', version: 1 }],
    ])('that %s has written is refused', async (_, note) => {
      const read = await withJournal(name, JSON.stringify(note));
      expect(codeOf(read)).toBe('STATE_TOO_NEW');
    });

    test.each(['', '{"format":', 'null', '[]', '7'])('that holds %p counts as none', async (text) => {
      expect((await withJournal(name, text))()).toBeNull();
    });
  },
);

test('the push journal of the first version is read', async () => {
  const note = {
    format: 'turso-sync-push',
    version: 1,
    startedAt: 'then',
    remote: 'there',
    fingerprint: null,
    base: 'b',
  };
  const read = await withJournal('push', JSON.stringify(note));
  expect(read()).toMatchObject({ startedAt: 'then', remote: 'there', base: 'b', receipt: null, number: 1 });
});
