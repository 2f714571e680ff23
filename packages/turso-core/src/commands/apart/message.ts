import { types } from 'node:util';
import { systemCode, TursoSyncError } from '../../errors';
import { planIn, planSource, type PlanSource } from '../../plan/open-plan';
import { RawText } from '../../sqlite/values/values';
import type { VerbName } from './verbs';

/** What the process that runs a verb is told: what to do, then that a callback has returned. */
export type ToVerb =
  | { readonly type: 'run'; readonly name: VerbName; readonly project: unknown; readonly options: unknown }
  | { readonly type: 'returned'; readonly call: number };

/** What it tells: that a callback is called, and how the verb ended. */
export type FromVerb =
  | { readonly type: 'call'; readonly call: number; readonly callback: number; readonly args: unknown }
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly error: PackedError };

/** A callback. The other side only waits until what it returns is settled. */
export type Callback = (...args: unknown[]) => unknown;

/**
 * Makes a value that a message between processes can hold. It holds plain objects, bytes and numbers of any kind; whatever else there
 * is becomes a `Map` from its kind to its content. No value of ours is a Map.
 *
 * @param callbacks - takes up the functions, in the order in which the message numbers them.
 */
export function pack(value: unknown, callbacks: Callback[] = []): unknown {
  if (typeof value === 'function') return new Map([['callback', callbacks.push(value as Callback) - 1]]);
  if (value instanceof RawText) return new Map([['raw text', value.bytes]]);
  const plan = isPlainObject(value) ? planSource(value) : undefined;
  if (plan !== undefined) return new Map([['plan', plan]]);
  return mapped(value, (inner) => pack(inner, callbacks));
}

/** The value that {@link pack} was given. `toCallback` makes a function of a callback's number. */
export function unpack(value: unknown, toCallback?: (callback: number) => Callback): unknown {
  if (types.isMap(value)) {
    const held = value as Map<string, unknown>;
    if (held.has('plan')) return planIn(held.get('plan') as PlanSource);
    return held.has('callback')
      ? toCallback?.(held.get('callback') as number)
      : new RawText(held.get('raw text') as Uint8Array);
  }
  return mapped(value, (inner) => unpack(inner, toCallback));
}

function mapped(value: unknown, each: (inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(each);
  if (!isPlainObject(value)) return value;
  // Without a setter in between: a column may be called `__proto__`.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, each(inner)]));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // A message is made of the objects of another realm when this one is a `vm` context, as in tests.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An error as plain data. */
export interface PackedError {
  readonly isOurs: boolean;
  readonly code: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly cause: PackedError | undefined;
}

/** Makes plain data of what was thrown. */
export function packError(error: unknown): PackedError {
  const { message, stack, cause }: Error = error instanceof Error ? error : new Error(String(error));
  const ours = error instanceof TursoSyncError ? error : undefined;
  return {
    isOurs: ours !== undefined,
    code: systemCode(error),
    message,
    stack,
    hint: ours?.hint,
    retryable: ours?.retryable === true,
    cause: cause === undefined ? undefined : packError(cause),
  };
}

/** The error that {@link packError} was given. */
export function unpackError({ isOurs, code, message, stack, hint, retryable, cause }: PackedError): Error {
  const inner = cause === undefined ? undefined : unpackError(cause);
  const error = isOurs
    ? new TursoSyncError(code as TursoSyncError['code'], message, {
        retryable,
        cause: inner,
        ...(hint === undefined ? {} : { hint }),
      })
    : Object.assign(new Error(message, { cause: inner }), code === '' ? {} : { code });
  if (stack !== undefined) error.stack = stack;
  return error;
}
