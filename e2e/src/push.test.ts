import fs from 'node:fs';
import path from 'node:path';
import { editDatabase, execOn } from '@turso-sync/testing';
import { describeWithSqld, EDIT, serve, type Served } from './served.fixture';
import { addApp, command, nx, withPlugins } from './workspace.fixture';

describeWithSqld('nx run app:turso-push', () => {
  let served: Served;
  beforeEach(async () => (served = await serve()));
  afterEach(() => served.sqld.stop());

  test('does all of it, once and again after an edit; the remote is then the working copy, bit by bit', async () => {
    const app = addApp('push');
    const push = (): ReturnType<typeof nx> => nx(['run', 'push:turso-push'], served.variables);

    const first = await push();
    expect(first).toMatchObject({ exitCode: 0 });
    for (const text of ['built', 'tested', 'Working copy made: ', 'Nothing to push.'])
      expect(first.output).toContain(text);
    expect(await served.compare(app.workingCopy)).toEqual([]);

    editDatabase(app.workingCopy, EDIT);
    const second = await push();
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.output).toContain('Working copy kept, with ');
    expect(second.output).toContain(`Pushed to ${served.sqld.url}.`);
    expect(await served.compare(app.workingCopy)).toEqual([]);

    await execOn(served.sqld, "INSERT INTO later VALUES('theirs')");
    const third = await push();
    expect(third).toMatchObject({ exitCode: 0 });
    expect(third.output).toContain('Working copy brought up to date: ');
    expect(third.output).toContain('Nothing to push.');
    expect(await served.compare(app.workingCopy)).toEqual([]);
  });

  test('does not push after a test that failed', async () => {
    const app = addApp('untested');
    await nx(['run', 'untested:turso-init'], served.variables);
    editDatabase(app.workingCopy, EDIT);
    const before = await served.compare(app.workingCopy);
    app.breakTest();
    const { exitCode, output } = await nx(['run', 'untested:turso-push'], served.variables);
    expect(exitCode).not.toBe(0);
    expect(output).not.toContain('Pushed to');
    expect(await served.compare(app.workingCopy)).toEqual(before);
  });

  test('waits for the target that creates the data, and not less for the test', async () => {
    const app = addApp('produced', {
      'schedule.js': "require('node:fs').writeFileSync('scheduled', '');",
    });
    app.addTarget('schedule', { dependsOn: ['turso-init'], ...command('schedule.js') });
    await withPlugins([{ plugin: 'turso-sync-plugin', options: { produce: 'schedule' } }], async () => {
      const first = await nx(['run', 'produced:turso-push'], served.variables);
      expect(first).toMatchObject({ exitCode: 0 });
      expect(first.output).not.toContain('Warning: "produced"');
      expect(fs.existsSync(path.join(app.directory, 'scheduled'))).toBe(true);
      app.breakTest();
      const second = await nx(['run', 'produced:turso-push'], served.variables);
      expect(second.exitCode).not.toBe(0);
      expect(second.output).not.toContain('Nothing to push');
    });
  });

  test('fails where someone else has changed the same, and writes nothing', async () => {
    const app = addApp('conflict');
    await nx(['run', 'conflict:turso-init'], served.variables);
    editDatabase(app.workingCopy, "UPDATE person SET name = 'mine' WHERE id = 1");
    await execOn(served.sqld, "UPDATE person SET name = 'theirs' WHERE id = 1");
    const { exitCode, output } = await nx(['run', 'conflict:turso-push'], served.variables);
    expect(exitCode).toBe(1);
    expect(output).toContain(`1 conflict with ${served.sqld.url}: nothing was written.`);
    expect(output).toMatch(/ {2}person id=1 .*\n {4}columns: name\n/);
    expect(output).not.toMatch(/mine|theirs'/);
    expect(fs.existsSync(app.workingCopy)).toBe(true);
  });

  test('takes options: --dry-run writes nothing', async () => {
    const app = addApp('dry');
    await nx(['run', 'dry:turso-init'], served.variables);
    editDatabase(app.workingCopy, EDIT);
    const { exitCode, output } = await nx(['run', 'dry:turso-push', '--dryRun'], served.variables);
    expect(exitCode).toBe(0);
    expect(output).toContain('Dry run: this push would go through.');
    expect(await served.compare(app.workingCopy)).not.toEqual([]);
  });
});
