import { TursoSyncError } from '../../errors';
import type { OnEvent, StepName, VerbOptions } from '../../events';

/**
 * The steps that change what must not stay half changed. From their begin, a run is no longer aborted. The test of
 * `doctor` removes its table at its end.
 */
const LAST_STEPS: readonly StepName[] = [
  'commit',
  'write the working copy',
  'test the remote',
  'remove the files',
];

/**
 * Runs a verb in this process until its signal aborts it. Every step of a verb begins with an event, and that is where it
 * ends. Its requests under way end at once. `work` receives a signal that no longer aborts once the last steps begin.
 * Throws ABORTED.
 */
export async function abortable<R>(
  { signal, onEvent }: VerbOptions & { readonly signal: AbortSignal },
  work: (options: { readonly signal: AbortSignal; readonly onEvent: OnEvent }) => Promise<R>,
): Promise<R> {
  if (signal.aborted) throw aborted(signal.reason);
  const inner = new AbortController();
  const abort = (): void => inner.abort(aborted(signal.reason));
  const stopListening = (): void => signal.removeEventListener('abort', abort);
  signal.addEventListener('abort', abort);
  const tell: OnEvent = (event) => {
    if (event.type === 'begin' || event.type === 'progress') inner.signal.throwIfAborted();
    if (event.type === 'begin' && LAST_STEPS.includes(event.what)) stopListening();
    onEvent?.(event);
  };
  try {
    const result = await work({ signal: inner.signal, onEvent: tell });
    // A verb may take a request that ended for an answer.
    inner.signal.throwIfAborted();
    return result;
  } catch (error) {
    // Whatever the end of a request led to.
    inner.signal.throwIfAborted();
    throw error;
  } finally {
    stopListening();
  }
}

/** Creates the error of a run that was aborted. */
export function aborted(reason: unknown): TursoSyncError {
  return new TursoSyncError('ABORTED', 'The caller aborted it.', {
    hint: 'Nothing is left half done. Call it again when you want to.',
    retryable: true,
    cause: reason,
  });
}
