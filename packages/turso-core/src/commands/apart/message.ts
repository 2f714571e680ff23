import { types } from 'node:util';
import { systemCode, TursoSyncError } from '../../errors';
import { planIn, planSource, type PlanSource } from '../../plan/open-plan';
import { RawText } from '../../sqlite/values/values';
import type { VerbName } from './verbs';

/** A message to the process of a verb: the task, that its caller aborts it, or that a callback has returned. */
export type ToVerb =
  | {
      readonly type: 'run';
      readonly name: VerbName;
      readonly project: unknown;
      readonly options: unknown;
      /** Whether its caller may abort it. */
      readonly isAbortable: boolean;
    }
  | { readonly type: 'abort' }
  | { readonly type: 'returned'; readonly call: number };

/** A message from it: the call of a callback, or the outcome of the verb. */
export type FromVerb =
  | { readonly type: 'call'; readonly call: number; readonly callback: number; readonly args: unknown }
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly error: PackedError };

/** A callback. The other side only waits until its result is settled. */
export type Callback = (...args: unknown[]) => unknown;

/**
 * Converts a value for a message between processes. A message holds plain objects, bytes and numbers of any kind.
 * Anything else becomes a `Map` from its kind to its content. None of our values is a Map.
 *
 * @param callbacks - collects the functions, in the order of their numbers in the message.
 */
export function pack(value: unknown, callbacks: Callback[] = []): unknown {
  if (typeof value === 'function') return new Map([['callback', callbacks.push(value as Callback) - 1]]);
  if (value instanceof RawText) return new Map([['raw text', value.bytes]]);
  const plan = isPlainObject(value) ? planSource(value) : undefined;
  if (plan !== undefined) return new Map([['plan', plan]]);
  return mapped(value, (inner) => pack(inner, callbacks));
}

/** Restores the value given to {@link pack}. `toCallback` makes a function from a callback's number. */
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
  // Avoids setters: a column may be called `__proto__`.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, each(inner)]));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // In a `vm` context, as in tests, the objects of a message come from another realm.
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
  readonly hasLines: boolean;
  readonly cause: PackedError | undefined;
}

/** Converts a thrown value to plain data. */
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
    hasLines: ours?.hasLines === true,
    cause: cause === undefined ? undefined : packError(cause),
  };
}

/** Restores the error given to {@link packError}. */
export function unpackError(packed: PackedError): Error {
  const { isOurs, code, message, stack, hint, retryable, hasLines, cause } = packed;
  const inner = cause === undefined ? undefined : unpackError(cause);
  const error = isOurs
    ? new TursoSyncError(code as TursoSyncError['code'], message, {
        retryable,
        hasLines,
        cause: inner,
        ...(hint === undefined ? {} : { hint }),
      })
    : Object.assign(new Error(message, { cause: inner }), code === '' ? {} : { code });
  if (stack !== undefined) error.stack = stack;
  return error;
}
