/* eslint-disable @typescript-eslint/no-require-imports */
import fs from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../errors';
import { withoutTokens } from '../../project/config/config';
import type { Ending } from './ending';
import type { EndingOptions } from './ending-markdown';

/** Where a job summary is, and how what goes there is made safe. */
export interface StepSummaryOptions extends Pick<EndingOptions, 'project' | 'environment'> {
  /** Takes secrets out of a text. */
  readonly clean: (text: string) => string;
  /** Tells what is worth a warning: a summary never fails a command. */
  readonly warn: (message: string) => void;
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/**
 * Bytes that the summary of a step may have; GitHub drops a larger one whole.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
const MOST = 1024 * 1024;

/** What a report may take of the room that is left: tasks of Nx that run side by side see the same room. */
const SHARE = 16;

/** Bytes that are always enough for how a command ended. */
const LEAST = 2_000;

/** What `TURSO_SYNC_SUMMARY` may be. */
const MODES = ['off', 'counts', 'values'];

/**
 * Appends how a command ended to the file that `GITHUB_STEP_SUMMARY` names, if it is set and `TURSO_SYNC_SUMMARY` is not `off`. Keys and values of
 * rows are left out unless that is `values`. Reports get shorter as the file grows, so that it never is longer than GitHub takes.
 */
export async function appendStepSummary(
  ending: Ending,
  { project, environment, clean, warn, variables = process.env }: StepSummaryOptions,
): Promise<void> {
  const { GITHUB_STEP_SUMMARY: file = '', TURSO_SYNC_SUMMARY: asked = '' } = variables;
  if (file === '' || asked === 'off') return;
  if (asked !== '' && !MODES.includes(asked))
    warn(`TURSO_SYNC_SUMMARY may be ${MODES.join(', ')}. What it is now counts as "counts".`);
  try {
    const longest = Math.floor((MOST - sizeOf(file)) / SHARE);
    if (longest < LEAST) {
      warn('The job summary is full: it lacks how this command ended.');
      return;
    }
    const options = { project, environment, values: asked === 'values', longest };
    // Most runs write none.
    const { endingMarkdown } = require('./ending-markdown') as typeof import('./ending-markdown');
    append(file, clean(withoutTokens(await endingMarkdown(ending, options))));
  } catch (error) {
    warn(`The job summary was not written to ${path.basename(file)}: ${reasonOf(error)}.`);
  }
}

/** The bytes of a file, if it is there. Throws if it is none, such as a pipe that nobody reads. */
function sizeOf(file: string): number {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === false) throw new Error('it is not a file');
  return stats?.size ?? 0;
}

/** In one write, so that what others append at the same time comes before it or after it. */
function append(file: string, text: string): void {
  const handle = fs.openSync(file, 'a');
  try {
    fs.writeSync(handle, text);
  } finally {
    fs.closeSync(handle);
  }
}
