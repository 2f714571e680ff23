import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
import { VIRTUAL_EDITS } from '../changeset/virtual-edits.fixture';
import { init } from './init';
import { makeFileProject } from './project.fixture';
import { push } from './push';
import { undo } from './undo';

test.each(Object.entries(VIRTUAL_EDITS))('undoes a push of %s', async (_, { base, edit }) => {
  const at = await makeFileProject(base);
  const before = path.join(makeTempDir('undo-'), 'before.db');
  copyFileSync(at.remote, before);
  await init(at.project);
  at.edit(edit);
  expect(await push(at.project)).toMatchObject({ status: 'pushed' });
  expect(await undo(at.project)).toMatchObject({ status: 'undone' });
  expect(compareDatabases(at.remote, before)).toEqual([]);
});
