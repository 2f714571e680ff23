import { spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { ffiDemo } from '@turso-sync/testing';
import type { FfiBuildOptions } from '../ffi/options';
import { makeWorkspace } from '../workspace.fixture';

const PROJECT = 'apps/demo';
const BUILT = path.join(__dirname, '..', '..', 'dist', 'executors', 'ffi-build.js');

/** A workspace with one project for ffi-build. */
export interface Demo {
  /** The project's folder. */
  readonly directory: string;
  /** Runs the executor in a process of its own, like Nx: jest cannot load execa, an ES module. */
  build(options?: FfiBuildOptions & { quiet?: boolean }, environment?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Starts the same, for a test to disturb. */
  start(options?: FfiBuildOptions): Started;
}

/** The result of a build. */
export interface Ended {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running build. */
export interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

/**
 * Makes a workspace with a project of these files, by default the demo. `changes` applies to them: null leaves one out.
 */
export function makeDemo(
  changes: Readonly<Record<string, string | null>> = {},
  files: Readonly<Record<string, string>> = ffiDemo(),
): Demo {
  const entries = Object.entries({ ...files, ...changes }).filter(([, text]) => text !== null);
  const root = makeWorkspace(
    Object.fromEntries(entries.map(([name, text]) => [`${PROJECT}/${name}`, text] as const)),
  );
  const start = (options: object = {}, environment = process.env): Started => {
    const context = {
      root,
      projectName: 'demo',
      projectsConfigurations: { version: 2, projects: { demo: { root: PROJECT } } },
    };
    const script = `require(${JSON.stringify(BUILT)}).default(${JSON.stringify(options)}, ${JSON.stringify(context)})
      .then(({ success }) => process.exit(success ? 0 : 1));`;
    const child = spawn(process.execPath, ['-e', script], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { child, ended: ended(child) };
  };
  return {
    directory: path.join(root, PROJECT),
    build: (options, environment) => start(options, environment).ended,
    start,
  };
}

function ended(child: Started['child']): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ success: code === 0, stdout, stderr })),
  );
}
