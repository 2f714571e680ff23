import fs from 'node:fs';
import path from 'node:path';
import { editDatabase, execOn } from '@turso-sync/testing';
import { describeWithSqld, EDIT, serve } from './served.fixture';
import { addApp, home, nx, workspace } from './workspace.fixture';

/** All files below a folder; of packages, only their caches. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isFile()) yield file;
    if (!entry.isDirectory()) continue;
    if (entry.name !== 'node_modules') yield* filesBelow(file);
    else if (fs.existsSync(path.join(file, '.cache'))) yield* filesBelow(path.join(file, '.cache'));
  }
}

describeWithSqld('a token', () => {
  test('is in nothing that Nx has stored, neither in the workspace nor in the home folder', async () => {
    const { sqld, variables } = await serve();
    const app = addApp('secret');
    const runs = [await nx(['run', 'secret:turso-push', '--verbose'], variables)];
    editDatabase(app.workingCopy, EDIT);
    runs.push(
      await nx(['run', 'secret:turso-push', '--verbose'], variables),
      await nx(['run', 'secret:turso-status'], { ...variables, NX_DAEMON: 'true' }),
      await nx(['run', 'secret:turso-push'], { ...variables, TURSO_AUTH_TOKEN: sqld.expiredToken }),
      await nx(['daemon', '--stop'], { NX_DAEMON: 'true' }),
    );
    expect(runs.map(({ exitCode }) => exitCode === 0)).toEqual([true, true, true, false, true]);

    // The last part of a token is the one that must not be known.
    const secrets = [sqld.readWriteToken, sqld.expiredToken].map((token) => token.slice(-40));
    const isIn = (text: Buffer | string): boolean => secrets.some((secret) => text.includes(secret));
    expect(runs.filter(({ output }) => isIn(output))).toEqual([]);

    const files = [...filesBelow(workspace), ...filesBelow(home)];
    expect(files.filter((file) => isIn(fs.readFileSync(file)))).toEqual([]);
    // That the right places were looked into:
    const outputs = files.filter((file) => fs.readFileSync(file).includes(`Pushed to ${sqld.url}.`));
    expect(outputs).not.toEqual([]);
    await sqld.stop();
  });
});

describeWithSqld('a value of a row', () => {
  test('is in nothing that Nx has stored, not even after a conflict over it', async () => {
    const { sqld, variables } = await serve();
    const app = addApp('private');
    await nx(['run', 'private:turso-init'], variables);
    editDatabase(app.workingCopy, "UPDATE person SET name = 'value-of-mine', score = 4 WHERE id = 1");
    await execOn(sqld, "UPDATE person SET name = 'theirs' WHERE id = 1");
    const runs = [
      await nx(['run', 'private:turso-push', '--verbose'], variables),
      await nx(['run', 'private:turso-pull', '--verbose'], variables),
      await nx(['run', 'private:turso-diff', '--values'], variables),
    ];
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([1, 1, 0]);
    expect(runs.filter(({ output }) => output.includes('value-of-mine'))).toEqual([]);
    const files = [...filesBelow(workspace), ...filesBelow(home)];
    const holding = files.filter((file) => fs.readFileSync(file).includes('value-of-mine'));
    expect(holding.filter((file) => !file.startsWith(app.directory))).toEqual([]);
    expect(holding.map((file) => path.basename(file))).toEqual(
      expect.arrayContaining(['conflicts.json', 'rows.txt']),
    );
    // That the right places were looked into:
    const outputs = files.filter((file) => fs.readFileSync(file).includes('columns: name'));
    expect(outputs).not.toEqual([]);
    await sqld.stop();
  });
});
