import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { hasCode, TursoSyncError } from '../../errors';
import type { VerbOptions } from '../../events';
import { packageFolder } from '../../package-folder';
import { aborted } from './abortable';
import { pack, unpack, unpackError, type Callback, type FromVerb, type ToVerb } from './message';
import { packProject, type ProjectPart } from './pack-project';
import type { VerbName } from './verbs';

/** The program of the process. It loads `./verb-process` with all its modules in one file: see `bundle.js`. */
const PROGRAM = path.join(packageFolder, 'bin', 'verb-process.js');

/** Maximum number of characters to keep of a failing process's output. */
const MOST_WORDS = 4000;

/**
 * Runs a verb in a separate process and returns its result. Calls its callbacks here, in order. An error in a callback
 * ends the verb. The signal is passed on: only the process knows what can still be aborted.
 * Throws the verb's errors, ABORTED, and INTERRUPTED if the process ends before the verb.
 */
export async function runApart(
  name: VerbName,
  project: ProjectPart,
  { signal, ...options }: VerbOptions = {},
): Promise<unknown> {
  if (signal?.aborted === true) throw aborted(signal.reason);
  const callbacks: Callback[] = [];
  const request = {
    type: 'run',
    name,
    project: packProject(project),
    options: pack(options, callbacks),
    isAbortable: signal !== undefined,
  } satisfies ToVerb;
  const child = fork(PROGRAM, [], {
    execArgv: [],
    // Only the caller prints.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const abort = (): unknown => child.send({ type: 'abort' } satisfies ToVerb, () => undefined);
  signal?.addEventListener('abort', abort);
  try {
    return await exchange(child, request, callbacks);
  } catch (error) {
    // The reason is an object of this process.
    throw hasCode(error, 'ABORTED') ? aborted(signal?.reason) : error;
  } finally {
    signal?.removeEventListener('abort', abort);
    await end(child);
  }
}

function exchange(child: ChildProcess, request: ToVerb, callbacks: readonly Callback[]): Promise<unknown> {
  let lastWords = '';
  child.stderr?.on('data', (text: Buffer) => {
    lastWords = `${lastWords}${text.toString()}`.slice(-MOST_WORDS);
  });
  return new Promise((resolve, reject) => {
    // If a message no longer arrives, the end of the process reports it.
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

/** Lets the process clean up after itself. */
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
    hasLines: true,
  });
}
