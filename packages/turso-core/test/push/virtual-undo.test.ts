import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
import { VIRTUAL_EDITS } from '../fixtures/virtual-edits.fixture';
import { init } from '../../src/commands/init';
import { ANYTHING, makeFileProject } from '../fixtures/project.fixture';
import { push } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';

test.each(Object.entries(VIRTUAL_EDITS))('undoes a push of %s', async (_, { base, edit }) => {
  const at = await makeFileProject(base, { policy: ANYTHING });
  const before = path.join(makeTempDir('undo-'), 'before.db');
  copyFileSync(at.remote, before);
  await init(at.project);
  at.edit(edit);
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
  expect(compareDatabases(at.remote, before)).toEqual([]);
});
