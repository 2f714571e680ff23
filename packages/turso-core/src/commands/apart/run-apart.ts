import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { TursoSyncError } from '../../errors';
import { packageFolder } from '../../package-folder';
import { pack, unpack, unpackError, type Callback, type FromVerb, type ToVerb } from './message';
import { packProject, type ProjectPart } from './pack-project';
import type { VerbName } from './verbs';

/** The program of that process, with all of its modules in one file: see `bundle.js`. */
const PROGRAM = path.join(packageFolder, 'dist', 'verb-process.js');

/** Characters that are kept of what the process says when it fails. */
const MOST_WORDS = 4000;

/**
 * Runs a verb in a process of its own and returns its result. Its callbacks are called here, in order. What a callback throws ends
 * the verb. Throws what the verb throws, and INTERRUPTED when its process ends before it does.
 */
export async function runApart(name: VerbName, project: ProjectPart, options?: object): Promise<unknown> {
  const callbacks: Callback[] = [];
  const request = { type: 'run', name, project: packProject(project), options: pack(options, callbacks) };
  const child = fork(PROGRAM, [], {
    execArgv: [],
    // Only the caller prints.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  try {
    return await exchange(child, request as ToVerb, callbacks);
  } finally {
    await end(child);
  }
}

function exchange(child: ChildProcess, request: ToVerb, callbacks: readonly Callback[]): Promise<unknown> {
  let lastWords = '';
  child.stderr?.on('data', (text: Buffer) => {
    lastWords = `${lastWords}${text.toString()}`.slice(-MOST_WORDS);
  });
  return new Promise((resolve, reject) => {
    // A message that no longer arrives is told by the end of the process.
    const send = (message: ToVerb): unknown => child.send(message, () => undefined);
    const call = async ({ call, callback, args }: Extract<FromVerb, { type: 'call' }>): Promise<void> => {
      await callbacks[callback]?.(...(unpack(args) as unknown[]));
      send({ type: 'returned', call });
    };
    child.on('message', (message: FromVerb) => {
      if (message.type === 'call') call(message).catch(reject);
      else if (message.type === 'done') resolve(unpack(message.value));
      else reject(unpackError(message.error));
    });
    child.once('error', reject);
    child.once('close', (code, signal) => reject(ended(signal ?? `exit code ${code}`, lastWords)));
    send(request);
  });
}

/** Lets the process clean up behind itself. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  await exit;
}

function ended(how: string, lastWords: string): TursoSyncError {
  const words = lastWords.trim() === '' ? '' : `\n${lastWords.trim()}`;
  return new TursoSyncError('INTERRUPTED', `The process that did the work ended (${how}).${words}`, {
    hint: 'Nothing is left half done. Call it again. If the app is bundled, keep turso-core out of the bundle: it starts a file of its own.',
    retryable: true,
  });
}
