import path from 'node:path';
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { buildDatabase, writeFiles } from '@turso-sync/testing';
import { createNodes } from '../inference/create-nodes';
import { makeWorkspace } from '../workspace.fixture';
import type { ExecutorResult } from './run';

const APP = 'apps/mailer';

/** A workspace with one project. It runs tasks as Nx would. */
export interface TestApp {
  readonly directory: string;
  /** Runs an executor as a task of the project. The changes apply to the inferred target. */
  run<O>(
    executor: (options: O, context: ExecutorContext) => Promise<ExecutorResult>,
    target: string,
    options?: O,
    changes?: Partial<TargetConfiguration> & Asked,
  ): Promise<TaskRun>;
}

/** The request of a run, for Nx and for the plugin. */
interface Asked {
  /** The words of the command line, as in `nx run mailer:turso-push:staging`. Default is Nx's own reading of them. */
  readonly asked?: string;
  /** The configuration that Nx runs the task with. */
  readonly configurationName?: string;
}

/** The parts of the workspace besides the inferred targets. */
interface Surroundings {
  /** The plugin option of that name. */
  readonly produce?: string | undefined;
  /** More targets of the project. */
  readonly others?: Readonly<Record<string, TargetConfiguration>>;
}

/** The result of a task, with all its output. */
export interface TaskRun extends ExecutorResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes a workspace with one project, with these variables in its `.env`. A file named by one is an empty database. */
export async function makeApp(
  variables: Readonly<Record<string, string>>,
  config: object = {},
  { produce, others = {} }: Surroundings = {},
): Promise<TestApp> {
  const root = makeWorkspace({ [`${APP}/project.json`]: {}, [`${APP}/turso-sync.config.json`]: config });
  makeFiles(path.join(root, APP), Object.values(variables));
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  writeFiles(root, { [`${APP}/.env`]: lines.join('\n') });
  const [found] = await createNodes[1]([`${APP}/turso-sync.config.json`], undefined, { workspaceRoot: root });
  const targets = found?.[1].projects[APP]?.targets ?? {};
  return {
    directory: path.join(root, APP),
    run(executor, name, options, { configurationName, asked = configurationName ?? '', ...changes } = {}) {
      const target: TargetConfiguration = { ...targets[name], ...changes };
      const context = {
        root,
        projectName: 'mailer',
        targetName: name,
        target,
        projectsConfigurations: {
          version: 2,
          projects: {
            mailer: {
              root: APP,
              targets: { test: { executor: 'nx:noop' }, ...others, ...targets, [name]: target },
            },
          },
        },
        nxJsonConfiguration: { plugins: [{ plugin: 'turso-sync-plugin', options: { produce } }] },
        ...(configurationName === undefined ? {} : { configurationName }),
      } as unknown as ExecutorContext;
      const { configurations = {} } = target;
      const configured = configurations[configurationName ?? ''] as object | undefined;
      const all = { ...(target.options as object), ...configured, ...options } as Parameters<
        typeof executor
      >[0];
      process.env['TURSO_SYNC_NX_CONFIGURATION'] = asked;
      return record(() => executor(all, context));
    },
  };
}

/** Makes the files among these URLs empty databases. */
function makeFiles(directory: string, urls: readonly string[]): void {
  for (const url of urls) {
    const file = /^file:(\.\/.+)$/.exec(url)?.[1];
    if (file !== undefined) buildDatabase(path.join(directory, file), '');
  }
}

async function record(work: () => Promise<ExecutorResult>): Promise<TaskRun> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    }),
  );
  try {
    return { ...(await work()), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
