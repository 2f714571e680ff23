import v8 from 'node:v8';
import vm from 'node:vm';

/** Bytes of Buffers after which those that nobody needs any more are freed. */
const MOST = 24_000_000;

/** Every which time all of them are looked at, not only the youngest. */
const ALL = 4;

let isOurs = false;
let passed = 0;
let times = 0;
let collect: ((options: { readonly type: 'minor' | 'major' }) => void) | undefined;

/**
 * Notes that large Buffers were made, or other memory that is not in V8's heap, and will not be needed for long. V8 frees it when it sees
 * fit: not while work goes on without a pause, and on a busy machine late. So it is told to after so many bytes, and the memory of a command
 * does not depend on how fast the machine is. Looking at the youngest takes a millisecond or two. Nothing happens before
 * {@link freePassed} was called.
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

/** Frees such memory early from now on, because this process works for us alone. A live connection shares it with an app. */
export function freePassed(): void {
  isOurs = true;
}

function loadCollector(): NonNullable<typeof collect> {
  v8.setFlagsFromString('--expose-gc');
  const found: unknown = vm.runInNewContext('globalThis.gc');
  v8.setFlagsFromString('--no-expose-gc');
  return typeof found === 'function' ? (found as NonNullable<typeof collect>) : () => undefined;
}
