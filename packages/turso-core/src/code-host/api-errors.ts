import { systemCode, TursoSyncError } from '../errors';

/** Maximum characters to quote from the API's own message. */
const DETAIL = 300;

/** Returns a failure to get an answer as a TursoSyncError. */
export function transportError(error: unknown, origin: string): TursoSyncError {
  const isTimeout = (error as { name?: unknown } | null)?.name === 'TimeoutError';
  const code = systemCode((error as { cause?: unknown } | null)?.cause) || systemCode(error);
  const reason = isTimeout ? 'no answer in time' : code || 'network error';
  return new TursoSyncError('CODE_HOST_UNREACHABLE', `${origin} does not answer (${reason}).`, {
    hint: 'Check the network of the job and the address of the API.',
    retryable: true,
    cause: error,
  });
}

/** Returns an answer with a status of 400 and above as a TursoSyncError. */
export function answerError(origin: string, answer: Response, content: string): TursoSyncError {
  const { status } = answer;
  const said = `${status}${detailOf(content)}`;
  if (isBusy(answer, content)) return new BusyError(`${origin} is busy (${said}).`, pauseOf(answer));
  if (status === 401)
    return new TursoSyncError('CODE_HOST_UNAUTHORIZED', `${origin} refuses the token (${said}).`, {
      hint: 'Set the variable to a token that is valid now. In GitHub Actions: GITHUB_TOKEN: ${{ github.token }}.',
    });
  if (status === 403 || status === 404)
    return new TursoSyncError(
      'CODE_HOST_REFUSED',
      `${origin} does not allow this with the given token, or it is not there (${said}).`,
      {
        hint: 'In GitHub Actions, the job needs `permissions: pull-requests: write`; a run for a fork never has it. In GitLab, the token needs the scope `api` and the role Reporter or higher.',
      },
    );
  return new TursoSyncError('CODE_HOST_FAILED', `${origin} does not take the request (${said}).`, {
    hint: 'The message is the one of the API.',
  });
}

/** The error for an API that refuses requests for now. */
export class BusyError extends TursoSyncError {
  /** The API's requested pause in milliseconds, or null if it gives none. */
  readonly pause: number | null;

  constructor(message: string, pause: number | null) {
    const when = pause === null ? 'later' : `in ${Math.ceil(pause / 1000)} seconds`;
    super('CODE_HOST_BUSY', message, { hint: `Run the job again ${when}.`, retryable: true });
    this.pause = pause;
  }
}

/** Creates the error for an API that redirects its clients. */
export function redirectError(origin: string, to: string): TursoSyncError {
  const place = URL.canParse(to, origin) ? new URL(to, origin) : null;
  const where = place === null ? 'another place' : `${place.origin}${place.pathname}`;
  return new TursoSyncError('CODE_HOST_REDIRECTED', `${origin} sends the request on to ${where}.`, {
    hint: 'Nothing was sent there, and no token. If the repository was renamed, or the API has moved, use the new name or address.',
  });
}

/** Creates the error for an answer foreign to the API. */
export function unexpected(origin: string, reason: string): TursoSyncError {
  return new TursoSyncError('CODE_HOST_FAILED', `${origin} does not answer like this API: ${reason}.`, {
    hint: 'Check the address of the API, and the proxies in between.',
  });
}

// GitHub answers 403 to requests beyond its limits.
function isBusy({ status, headers }: Response, content: string): boolean {
  if (status === 429 || status === 408 || status >= 500) return true;
  if (status !== 403) return false;
  return (
    headers.has('retry-after') ||
    headers.get('x-ratelimit-remaining') === '0' ||
    /secondary rate limit/i.test(content)
  );
}

function pauseOf({ headers }: Response): number | null {
  const after = headers.get('retry-after');
  const seconds = /^\d+$/.test(after ?? '') ? Number(after) : (Date.parse(after ?? '') - Date.now()) / 1000;
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset'));
  const isUsedUp = headers.get('x-ratelimit-remaining') === '0' || headers.get('ratelimit-remaining') === '0';
  return isUsedUp && reset > 0 ? Math.max(0, reset * 1000 - Date.now()) : null;
}

function detailOf(content: string): string {
  let said: unknown;
  try {
    const { message, error } = JSON.parse(content) as { message?: unknown; error?: unknown };
    said = message ?? error;
  } catch {
    return '';
  }
  if (said === undefined || said === null) return '';
  return `: ${(typeof said === 'string' ? said : JSON.stringify(said)).slice(0, DETAIL)}`;
}
