import { init } from '../../src/commands/init';
import { makeFileProject } from '../fixtures/project.fixture';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';

test('what others wrote just before a push is not taken for known after it', async () => {
  const at = await makeFileProject(
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1), (2, 2)',
  );
  await init(at.project);
  at.edit('UPDATE t SET v = 3 WHERE id = 1');
  await push(at.project, {
    onEvent: (event) => {
      if (event.type === 'transaction') at.editRemote('UPDATE t SET v = 4 WHERE id = 2');
    },
  });
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled' });
});
