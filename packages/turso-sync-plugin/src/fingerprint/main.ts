// Nx runs this, from the workspace's root, before every run that takes a snapshot:
// `node main.js <project's folder> <target> =<variable of the URL>,<of the token>[+<of the key>] [<environment>=<..>,<..> ...]`
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fingerprint, parseRemoteUrl, TursoSyncError } from 'turso-core/fingerprint';
import { asked, guessConfiguration } from '../configurations/asked';
import { parseVariablesWord, type EnvironmentWord } from './command';
import { taskVariables } from './task-variables';

/** Longest wait for the remote, in milliseconds. */
const PATIENCE = 10_000;

void print();

// It never fails, since Nx ignores failures. A unique text is never a cache hit, and then the task itself gives the
// reason.
async function print(): Promise<void> {
  const [projectRoot = '.', target = '', ...words] = process.argv.slice(2);
  const environments = words.map(parseVariablesWord);
  const configuration = guessConfiguration(asked(process.env), target);
  const environment =
    environments.find(({ environment }) => environment === configuration) ?? environments[0];
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE, null));
  const work = remoteMark({ projectRoot, target, configuration }, environment);
  const mark = await Promise.race([work, late]).catch((error: unknown) =>
    error instanceof TursoSyncError ? { reason: error.code } : null,
  );
  const text = typeof mark === 'string' ? mark : `${mark?.reason ?? 'unknown'} ${randomUUID()}`;
  // A configuration without an environment has a key of its own. So its task runs and can refuse it.
  const unknown = environment?.environment === (configuration ?? '') ? '' : ` ${configuration ?? ''}`;
  process.stdout.write(`${text}${unknown}\n`, () => process.exit(0));
}

interface Task {
  readonly projectRoot: string;
  readonly target: string;
  readonly configuration: string | undefined;
}

async function remoteMark(task: Task, names: EnvironmentWord | undefined): Promise<string | null> {
  const workspaceRoot = process.cwd();
  const directory = path.resolve(task.projectRoot);
  const variables = taskVariables({ ...task, workspaceRoot, environment: process.env });
  const valueOf = (name: string | null | undefined): string | undefined => {
    const value = variables[name ?? '']?.trim();
    return value === '' ? undefined : value;
  };
  const url = valueOf(names?.url);
  // Nx replaces ${..} in its files, so the task's URL differs from this text.
  if (url === undefined || url.includes('$')) return null;
  const address = parseRemoteUrl(url, directory);
  // The task may have to create it, so no cached snapshot stands in for it.
  if (address.kind === 'file' && !fs.existsSync(address.file)) return null;
  return fingerprint({
    directory,
    address: () => address,
    authToken: () => valueOf(names?.authToken),
    encryptionKey: () => valueOf(names?.encryptionKey),
    exclude: names?.exclude ?? [],
  });
}
