import fs from 'node:fs';
import { TursoSyncError } from '../errors';
import { numberOf, objectOf, textOf } from './parts';

/** The place for comments, from a CI job's variables or from explicit options. */
export interface Place {
  readonly provider: Provider;
  readonly apiUrl: string;
  readonly repository: string;
  /** The number of the pull request; null if the job does not run for one. */
  readonly pullRequest: number | null;
  /** The variable with the token. */
  readonly tokenVariable: string;
  readonly token: string;
  /** The job's commit and page; null if the variables do not contain them. */
  readonly commit: string | null;
  readonly jobUrl: string | null;
  /** The repository's page. */
  readonly webUrl: string | undefined;
}

export const PROVIDERS = ['github', 'gitlab'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Explicit options instead of the variables. */
export interface GivenPlace {
  readonly provider?: Provider | undefined;
  readonly apiUrl?: string | undefined;
  readonly repository?: string | undefined;
  readonly pullRequest?: number | undefined;
  readonly tokenVariable?: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Finds the repository, its pull request and the token. Throws CODE_HOST_UNKNOWN if they are not known, and
 * CODE_HOST_TOKEN_MISSING.
 */
export function findPlace(given: GivenPlace, variables: Variables): Place {
  const valueOf = (name: string): string | undefined =>
    variables[name] === undefined || variables[name].trim() === '' ? undefined : variables[name].trim();
  const provider = given.provider ?? providerOf(valueOf);
  const found = provider === 'github' ? onGithub(valueOf) : onGitlab(valueOf);
  const repository = given.repository ?? found.repository;
  if (repository === undefined)
    throw unknown('Nothing names the repository.', 'Give it as --repository owner/name.');
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(repository))
    throw unknown('The name of the repository is invalid.', 'Give it as --repository owner/name.');
  const tokenVariable = given.tokenVariable ?? TOKEN_VARIABLES[provider];
  const token = valueOf(tokenVariable);
  if (token === undefined) throw tokenMissing(provider, tokenVariable);
  // A header's own error about the token would quote it.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new TursoSyncError(
      'CODE_HOST_UNAUTHORIZED',
      `${tokenVariable} holds a space or another character that no token has.`,
      { hint: 'Set it again, without quotes.' },
    );
  return {
    ...found,
    provider,
    repository,
    tokenVariable,
    token,
    apiUrl: given.apiUrl ?? found.apiUrl,
    pullRequest: given.pullRequest ?? found.pullRequest,
  };
}

const TOKEN_VARIABLES: Readonly<Record<Provider, string>> = {
  github: 'GITHUB_TOKEN',
  gitlab: 'GITLAB_TOKEN',
};

type ValueOf = (name: string) => string | undefined;

type Found = Pick<Place, 'apiUrl' | 'pullRequest' | 'commit' | 'jobUrl' | 'webUrl'> & {
  readonly repository: string | undefined;
};

function providerOf(valueOf: ValueOf): Provider {
  if (valueOf('GITHUB_ACTIONS') === 'true') return 'github';
  if (valueOf('GITLAB_CI') === 'true') return 'gitlab';
  throw unknown(
    'This is no job of GitHub Actions or GitLab CI.',
    'Say where to comment: --provider github --repository owner/name --pull-request 12.',
  );
}

function onGithub(valueOf: ValueOf): Found {
  const event = eventOf(valueOf('GITHUB_EVENT_PATH'));
  const pull = objectOf(event['pull_request']);
  const issue = objectOf(event['issue']);
  const ofRef = /^refs\/pull\/(\d+)\//.exec(valueOf('GITHUB_REF') ?? '')?.[1];
  const server = valueOf('GITHUB_SERVER_URL') ?? 'https://github.com';
  const repository = valueOf('GITHUB_REPOSITORY');
  const webUrl = repository === undefined ? undefined : `${server}/${repository}`;
  const run = valueOf('GITHUB_RUN_ID');
  return {
    apiUrl: valueOf('GITHUB_API_URL') ?? 'https://api.github.com',
    repository,
    pullRequest:
      numberOf(pull, 'number') ??
      ('pull_request' in issue ? numberOf(issue, 'number') : null) ??
      (ofRef === undefined ? null : Number(ofRef)),
    // The job itself runs for a temporary merge of the pull request.
    commit: textOf(objectOf(pull['head']), 'sha') ?? valueOf('GITHUB_SHA') ?? null,
    jobUrl: webUrl === undefined || run === undefined ? null : `${webUrl}/actions/runs/${run}`,
    webUrl,
  };
}

function eventOf(file: string | undefined): Readonly<Record<string, unknown>> {
  if (file === undefined) return {};
  try {
    return objectOf(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch {
    throw unknown('The file that GITHUB_EVENT_PATH names cannot be read.', 'Unset the variable.');
  }
}

function onGitlab(valueOf: ValueOf): Found {
  const number = valueOf('CI_MERGE_REQUEST_IID');
  return {
    apiUrl: valueOf('CI_API_V4_URL') ?? 'https://gitlab.com/api/v4',
    repository: valueOf('CI_PROJECT_ID'),
    pullRequest: number !== undefined && /^\d{1,15}$/.test(number) ? Number(number) : null,
    commit: valueOf('CI_MERGE_REQUEST_SOURCE_BRANCH_SHA') ?? valueOf('CI_COMMIT_SHA') ?? null,
    jobUrl: valueOf('CI_JOB_URL') ?? null,
    webUrl: valueOf('CI_PROJECT_URL'),
  };
}

function unknown(message: string, hint: string): TursoSyncError {
  return new TursoSyncError('CODE_HOST_UNKNOWN', message, { hint });
}

function tokenMissing(provider: Provider, variable: string): TursoSyncError {
  const hint =
    provider === 'github'
      ? `Give the job's token to the step: \`env: ${variable}: \${{ github.token }}\`. A run for a fork can only read.`
      : `Set the CI/CD variable ${variable} to a project access token with the scope \`api\`. CI_JOB_TOKEN cannot write comments.`;
  return new TursoSyncError('CODE_HOST_TOKEN_MISSING', `${variable} is not set.`, { hint });
}
