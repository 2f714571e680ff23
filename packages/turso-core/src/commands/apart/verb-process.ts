/*
 * The process that runs one verb for a program that calls the library; started by ./run-apart. It ends with its verb, or with the
 * program that it works for.
 */
import { pack, packError, unpack, type Callback, type FromVerb, type ToVerb } from './message';
import { unpackProject } from './pack-project';
import { VERBS } from './verbs';

// What it writes holds data, and is for its user only.
process.umask(0o077);

/** Calls that have not returned. */
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

async function run({ name, project, options }: Extract<ToVerb, { type: 'run' }>): Promise<FromVerb> {
  try {
    const value = await VERBS[name]()(unpackProject(project) as never, unpack(options, toCallback) as never);
    return { type: 'done', value: pack(value) };
  } catch (error) {
    return { type: 'failed', error: packError(error) };
  }
}

function tell(message: FromVerb): void {
  // When nobody listens any more, `disconnect` follows.
  process.send?.(message, () => undefined);
}

process.on('message', (message: ToVerb) => {
  if (message.type === 'run') void run(message).then(tell);
  else {
    waiting.get(message.call)?.();
    waiting.delete(message.call);
  }
});
// Ending by exit() removes what is temporary.
process.on('disconnect', () => process.exit());
// They go to all processes of a terminal or a service. This one ends with the one that it works for, which may want to wait for it.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
