import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../fixtures/cli.fixture';
import type { Scene } from './scene.fixture';

/** Runs a command and breaks something at a moment between its start, 0, and about its end, 1. */
export type Fault = (scene: Scene, command: string, moment: number) => Promise<Run>;

/** What breaks. */
export const FAULTS = {
  'our process is killed': async ({ project, measured }, command, moment) => {
    const run = project.start([command]);
    await sleep(measured(command).ms * moment);
    run.child.kill('SIGKILL');
    return run.ended;
  },
  'the server is killed': async ({ project, server, measured }, command, moment) => {
    const run = project.start([command]);
    await sleep(measured(command).ms * moment);
    await server.kill();
    const ended = await run.ended;
    await server.restart();
    // A server that crashed has another log, and that is for a person to confirm; without a base there is nothing to do.
    await project.run('verify', '--accept-remote');
    return ended;
  },
  'the request is cut': (scene, command, moment) => cut(scene, command, { from: 'client', moment }),
  'the answer is cut': (scene, command, moment) => cut(scene, command, { from: 'server', moment }),
} as const satisfies Record<string, Fault>;

/** The name of a fault. */
export type FaultName = keyof typeof FAULTS;

async function cut(
  { project, proxy, measured }: Scene,
  command: string,
  { from, moment }: { from: 'client' | 'server'; moment: number },
): Promise<Run> {
  proxy.setCutAfter(Math.floor(measured(command)[from] * moment), from);
  const ended = await project.run(command);
  proxy.setCutAfter(undefined);
  return ended;
}
