import { execFile } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { execOn, queryOn, sqldPath, until } from '@turso-sync/testing';
import { describeWithSqld, serve } from './served.fixture';
import { addApp, home, workspace } from './workspace.fixture';

/** Whether anything answers there. */
async function answers(url: string): Promise<boolean> {
  return queryOn({ url }, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

describeWithSqld('nx run app:turso-dev', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'makes the working copy, serves it, and is gone after a %s',
    async (signal) => {
      const served = await serve();
      const { name } = addApp(`dev-${signal.toLowerCase()}`);
      const PATH = `${path.dirname(sqldPath() ?? '')}:${process.env['PATH'] ?? ''}`;
      const child = execFile(
        path.join(workspace, 'node_modules', '.bin', 'nx'),
        ['run', `${name}:turso-dev`, '--port', '0'],
        {
          cwd: workspace,
          env: { PATH, HOME: home, NX_DAEMON: 'false', NX_TUI: 'false', NO_COLOR: '1', ...served.variables },
        },
        () => undefined,
      );
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (text: string) => (output += text));
      const ready = (): string | undefined => /^Ready: (http:\S+) serves a copy of /m.exec(output)?.[1];
      await until(() => ready() !== undefined || child.exitCode !== null, 120_000);
      const url = ready() ?? `not ready:\n${output}`;
      expect(await queryOn({ url }, 'SELECT name FROM person WHERE id = 1')).toEqual([['Ada']]);
      await execOn({ url }, 'DELETE FROM visit');
      expect(await queryOn(served.sqld, 'SELECT count(*) FROM visit')).toEqual([[2n]]);
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
      await until(async () => !(await answers(url)), 10_000);
      await served.sqld.stop();
    },
  );
});
