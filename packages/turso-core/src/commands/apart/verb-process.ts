/*
 * The process for running one verb for a program that uses the library; started by ./run-apart. It ends with its verb
 * or with the program.
 */
import { pack, packError, unpack, type Callback, type FromVerb, type ToVerb } from './message';
import { unpackProject } from './pack-project';
import { VERBS } from './verbs';

// Its files hold data, so only its user may read them.
process.umask(0o077);

/** Calls still waiting for their return. */
const waiting = new Map<number, () => void>();
let calls = 0;

const toCallback =
  (callback: number): Callback =>
  (...args) =>
    new Promise<void>((resolve) => {
      const call = calls++;
      waiting.set(call, resolve);
      tell({ type: 'call', call, callback, args: pack(args) });
    });

/** Aborts the verb. */
const aborting = new AbortController();

async function run(task: Extract<ToVerb, { type: 'run' }>): Promise<FromVerb> {
  const { name, project, isAbortable } = task;
  try {
    const given = unpack(task.options, toCallback) as object;
    const options = isAbortable ? { ...given, signal: aborting.signal } : given;
    const value = await VERBS[name]()(unpackProject(project) as never, options as never);
    return { type: 'done', value: pack(value) };
  } catch (error) {
    return { type: 'failed', error: packError(error) };
  }
}

function tell(message: FromVerb): void {
  // If nobody listens any more, `disconnect` follows.
  process.send?.(message, () => undefined);
}

process.on('message', (message: ToVerb) => {
  if (message.type === 'run') void run(message).then(tell);
  else if (message.type === 'abort') aborting.abort();
  else {
    waiting.get(message.call)?.();
    waiting.delete(message.call);
  }
});
// exit() also removes temporary files.
process.on('disconnect', () => process.exit());
// These signals go to all processes of a terminal or a service. This process ignores them. It ends with its program,
// which may want to wait for it.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
