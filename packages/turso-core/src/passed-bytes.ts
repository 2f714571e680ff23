import v8 from 'node:v8';
import vm from 'node:vm';

/** Bytes of Buffers between two collections. */
const MOST = 24_000_000;

/** Every fourth collection looks at all Buffers, the others at the youngest only. */
const ALL = 4;

let isOurs = false;
let passed = 0;
let times = 0;
let collect: ((options: { readonly type: 'minor' | 'major' }) => void) | undefined;

/**
 * Counts memory outside of V8's heap, such as large Buffers, that will not be needed for long. V8 frees such memory late: never during work
 * without a pause, and on a busy machine long after. This function makes V8 collect after so many bytes, so the memory of a command does not
 * depend on the speed of the machine. A look at the youngest Buffers takes a millisecond or two. Does nothing before {@link freePassed}.
 *
 * @see https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export function notePassed(bytes: number): void {
  passed += bytes;
  if (!isOurs || passed < MOST) return;
  passed = 0;
  times++;
  collect ??= loadCollector();
  collect({ type: times % ALL === 0 ? 'major' : 'minor' });
}

/** Frees such memory early from now on. Call it only in a process of our own: a live connection shares its process with an app. */
export function freePassed(): void {
  isOurs = true;
}

function loadCollector(): NonNullable<typeof collect> {
  v8.setFlagsFromString('--expose-gc');
  const found: unknown = vm.runInNewContext('globalThis.gc');
  v8.setFlagsFromString('--no-expose-gc');
  return typeof found === 'function' ? (found as NonNullable<typeof collect>) : () => undefined;
}
