import path from 'node:path';
import { Command, Option } from 'commander';
import { fetchReviews, type FetchedReviews } from '../code-host/fetch-reviews';
import { findPlace, PROVIDERS, type Provider } from '../code-host/find-place';
import { openReviews } from '../code-host/open';
import { shown } from '../report/shown';
import { count } from '../report/units';
import type { Subcommand } from './commands';

interface Options {
  readonly out: string;
  readonly artifact: string;
  readonly provider?: Provider;
  readonly apiUrl?: string;
  readonly repository?: string;
  readonly tokenVariable?: string;
  readonly cwd?: string;
}

/** `turso-sync reviewed` */
export function reviewedCommand(): Subcommand<Options, 'reviewed'> {
  const command = new Command('reviewed')
    .description(
      'Fetch the plans that were reviewed in the pull requests which this push to a branch has merged.',
    )
    .requiredOption('--out <folder>', 'a new folder for them')
    .option(
      '--artifact <name>',
      'the name of the artifact on GitHub, or of the job on GitLab',
      'turso-review',
    )
    .addOption(
      new Option('--provider <name>', 'whose API it is (default: that of the CI job)').choices(PROVIDERS),
    )
    .option('--api-url <url>', 'the address of the API')
    .option('--repository <name>', 'owner/name on GitHub, the number or the path of a project on GitLab')
    .option('--token-variable <name>', 'the variable with the token (default: GITHUB_TOKEN, GITLAB_TOKEN)')
    .addHelpText(
      'after',
      '\nExample:\n  $ turso-sync reviewed --out reviews && turso-sync push --plan reviews/1/plan.json',
    );
  return [
    command,
    'reviewed',
    async (_, { out, artifact, cwd, ...given }, { hide }) => {
      const variables = process.env;
      const place = findPlace(given, variables);
      hide(place.token);
      const host = openReviews(place, { archive: artifact, variables });
      const result = await fetchReviews(host, path.resolve(cwd ?? '.', out));
      return { result, text: answerOf(result), exitCode: 0 };
    },
  ];
}

function answerOf({ reviews, without }: FetchedReviews): string {
  if (reviews.length === 0 && without.length === 0)
    return 'This push has merged no pull request, so there is nothing to push that was reviewed.';
  return [
    ...reviews.map((r) => `#${r.pullRequest}: ${count(r.plans, 'plan')} in ${shown(r.folder)}`),
    ...without.map((r) => `#${r.pullRequest}: no plan, since ${r.reason}.`),
  ].join('\n');
}
