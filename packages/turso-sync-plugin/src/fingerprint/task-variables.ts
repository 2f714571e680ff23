import fs from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

type Variables = Record<string, string | undefined>;

/** A task, and the environment variables of the caller: Nx itself, or the running task. Both give the same result. */
export interface TaskEnvironment {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly target: string;
  readonly configuration?: string | undefined;
  readonly environment: Readonly<Variables>;
}

/**
 * Returns the environment variables that a task will have. Nx works out a task's key in its own environment, but runs
 * the task with more variables. The project's `.env` files take precedence over those of the root. Both must mean the
 * same remote.
 *
 * This follows `nx/src/tasks-runner/task-env`, the same from Nx 21 to 24, except that `${..}` is left as it is.
 */
export function taskVariables(task: TaskEnvironment): Variables {
  const isOn = task.environment['NX_LOAD_DOT_ENV_FILES'] !== 'false';
  // turso-core reads the file beside the config in any case.
  const files = isOn ? taskFiles(task) : [path.join(task.projectRoot, '.env')];
  const variables = withoutRootFiles(task);
  for (const file of files) {
    for (const [name, value] of readVariables(task, file)) variables[name] ??= value;
  }
  return variables;
}

/** Returns the environment from before the start of Nx, without the variables read from the root's files. */
function withoutRootFiles(task: TaskEnvironment): Variables {
  const variables = { ...task.environment };
  for (const file of ['.env', '.local.env', '.env.local']) {
    for (const [name, value] of readVariables(task, file))
      if (variables[name] === value) variables[name] = undefined;
  }
  return variables;
}

// The first file with a variable wins.
function taskFiles({ projectRoot, target, configuration }: TaskEnvironment): string[] {
  const words =
    configuration === undefined ? [target] : [`${target}.${configuration}`, configuration, target];
  const names = [
    ...words.flatMap((word) => [`.env.${word}.local`, `.env.${word}`, `.${word}.local.env`, `.${word}.env`]),
    ...['.env.local', '.local.env', '.env'],
  ];
  return [projectRoot, '.'].flatMap((folder) => names.map((name) => path.join(folder, name)));
}

function readVariables({ workspaceRoot }: TaskEnvironment, file: string): [string, string | undefined][] {
  const absolute = path.join(workspaceRoot, file);
  return fs.existsSync(absolute) ? Object.entries(parseEnv(fs.readFileSync(absolute, 'utf8'))) : [];
}
