import fs from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { findPlace } from '../code-host/find-place';
import { openCodeHost } from '../code-host/open';
import { postComment, type CommentOutcome } from '../code-host/post-comment';
import { reasonOf, TursoSyncError } from '../errors';
import { commentText, type CommentText } from '../report/markdown/comment-text';
import { shown } from '../report/shown';
import { count } from '../report/units';
import { addCodeHostOptions, type CodeHostOptions } from './code-host-options';
import type { Subcommand } from './commands';
import { localResult } from './printed';
import { wholeNumber } from './whole-number';

interface Options extends CodeHostOptions {
  readonly report: readonly string[];
  readonly id: string;
  readonly failed?: boolean;
  readonly pullRequest?: number;
  readonly cwd?: string;
}

/** `turso-sync comment` */
export function commentCommand(): Subcommand<Options, 'comment'> {
  const command = new Command('comment')
    .description(
      'Post reports as one comment on the pull request of this CI job, and update it in later runs.',
    )
    .requiredOption(
      '--report <paths...>',
      'post these reports in Markdown, or folders of them; an empty folder means nothing to push',
    )
    .option('--failed', 'add a note: the job has failed, and reports may be missing')
    .option('--id <name>', 'give the comment this name, if a pull request has several', 'default');
  const pullRequest = new Option(
    '--pull-request <number>',
    'comment on the pull or merge request of this number',
  ).argParser(wholeNumber);
  addCodeHostOptions(command, pullRequest).addHelpText(
    'after',
    '\nExample:\n  $ turso-sync diff --out changes.md && turso-sync comment --report changes.md',
  );
  return [
    command,
    'comment',
    async ({ environment }, { report, id, failed = false, cwd, ...given }, { hide }) => {
      const marker = markerOf(id);
      const reports = readReports(report, cwd ?? '.');
      const place = findPlace(given, process.env);
      hide(place.token);
      const { pullRequest, commit, jobUrl } = place;
      const { text, changed, shortened } = commentText(reports, { commit, jobUrl, failed });
      if (pullRequest === null)
        return {
          result: { ...localResult('none', environment), url: null, changed, shortened },
          text: 'This job does not run for a pull request, so there is nothing to comment on.',
          exitCode: 0,
        };
      const posted = await postComment(openCodeHost(place), {
        pullRequest,
        marker,
        text,
        isNews: changed > 0,
      });
      return {
        result: { ...localResult(posted.outcome, environment), url: posted.url, changed, shortened },
        text: answerOf(posted, { changed, shortened }),
        exitCode: 0,
      };
    },
  ];
}

function markerOf(id: string): string {
  if (/^[\w.-]{1,64}$/.test(id)) return `<!-- turso-sync comment: ${id} -->`;
  throw new TursoSyncError('USAGE', 'The name of the comment is invalid.', {
    hint: 'Take up to 64 letters, digits, dots, dashes and underscores.',
  });
}

function readReports(paths: readonly string[], cwd: string): string[] {
  return paths
    .flatMap((given) => filesOf(path.resolve(cwd, given)))
    .map((file) => {
      const text = readReport(file);
      if (OTHER_FORMS.test(text)) throw notMarkdown(file);
      return text;
    });
}

/** How reports in HTML and JSON begin, which a comment cannot show. */
const OTHER_FORMS = /^\s*(?:<!doctype|\{)/i;

function readReport(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw inaccessible(file, error);
  }
}

function filesOf(given: string): string[] {
  try {
    if (!fs.statSync(given).isDirectory()) return [given];
    return fs
      .readdirSync(given, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => path.join(given, name));
  } catch (error) {
    throw inaccessible(given, error);
  }
}

function notMarkdown(file: string): TursoSyncError {
  return new TursoSyncError('USAGE', `${file} is not a report in Markdown.`, {
    hint: 'Write one with `turso-sync diff --out changes.md`. Other forms can be artifacts of the job.',
  });
}

function inaccessible(file: string, error: unknown): TursoSyncError {
  return new TursoSyncError('FILE_INACCESSIBLE', `${file} cannot be read: ${reasonOf(error)}.`, {
    hint: 'Name reports that `turso-sync diff --out changes.md` has written, or their folder.',
    cause: error,
  });
}

function answerOf(
  { outcome, url }: CommentOutcome,
  { changed, shortened }: Pick<CommentText, 'changed' | 'shortened'>,
): string {
  if (outcome === 'none') return 'Nothing to push, and no comment says otherwise.';
  const where = url === null ? '' : `: ${shown(url)}`;
  const what = changed === 0 ? 'Nothing to push.' : `${count(changed, 'report')}.`;
  const left = shortened === 0 ? '' : ` ${count(shortened, 'report')} not shown in full.`;
  return `Comment ${outcome}${where}\n${what}${left}`;
}
