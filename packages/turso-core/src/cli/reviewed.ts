import path from 'node:path';
import { Command } from 'commander';
import { fetchReviews, type FetchedReviews } from '../code-host/fetch-reviews';
import { findPlace } from '../code-host/find-place';
import { openReviews } from '../code-host/open';
import { shown } from '../report/shown';
import { count } from '../report/units';
import { addCodeHostOptions, type CodeHostOptions } from './code-host-options';
import type { Subcommand } from './commands';
import { localResult } from './printed';

interface Options extends CodeHostOptions {
  readonly out: string;
  readonly artifact: string;
  readonly cwd?: string;
}

/** `turso-sync reviewed` */
export function reviewedCommand(): Subcommand<Options, 'reviewed'> {
  const command = new Command('reviewed')
    .description('Fetch the reviewed plans of the pull requests merged by this push to a branch.')
    .requiredOption('--out <folder>', 'write the plans to this new folder')
    .option(
      '--artifact <name>',
      'fetch the artifact of this name on GitHub, or of this job on GitLab',
      'turso-review',
    );
  addCodeHostOptions(command).addHelpText(
    'after',
    '\nExample:\n  $ turso-sync reviewed --out reviews && turso-sync push --plan reviews/1/plan.json',
  );
  return [
    command,
    'reviewed',
    async ({ environment }, { out, artifact, cwd, ...given }, { hide }) => {
      const variables = process.env;
      const place = findPlace(given, variables);
      hide(place.token);
      const host = openReviews(place, { archive: artifact, variables });
      const found = await fetchReviews(host, path.resolve(cwd ?? '.', out));
      const outcome = found.reviews.length === 0 ? 'none' : 'fetched';
      return {
        result: { ...localResult(outcome, environment), ...found },
        text: answerOf(found),
        exitCode: 0,
      };
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
