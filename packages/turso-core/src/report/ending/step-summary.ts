/* eslint-disable @typescript-eslint/no-require-imports */
import fs from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../errors';
import { withoutTokens } from '../../project/config/config';
import type { Ending } from './ending';

/** The settings of a job summary, including the means to make its text safe. */
export interface StepSummaryOptions {
  /** The project's name for people. */
  readonly project: string;
  /** The environment, or null for the one without a name. */
  readonly environment: string | null;
  /** Removes secrets from a text. */
  readonly clean: (text: string) => string;
  /** Takes a warning. A summary never fails a command. */
  readonly warn: (message: string) => void;
  /** The environment variables. Default is `process.env`. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/**
 * The most bytes of a step's summary. GitHub drops a larger one entirely.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
const MOST = 1024 * 1024;

/** A report takes at most this fraction of the room left: parallel Nx tasks all see the same room. */
const SHARE = 16;

/** Enough bytes for the ending of any command. */
const LEAST = 2_000;

/** The values of `TURSO_SYNC_SUMMARY`. */
const MODES = ['off', 'counts', 'values'];

/**
 * Appends the ending of a command to the file in `GITHUB_STEP_SUMMARY`. Does nothing if that is not set, or if
 * `TURSO_SYNC_SUMMARY` is `off`. Keys and values of rows are left out unless `TURSO_SYNC_SUMMARY` is `values`. Reports
 * get shorter as the file grows, so it never exceeds GitHub's limit.
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
    // Loaded here because most runs write no summary.
    const { endingMarkdown } = require('./ending-markdown') as typeof import('./ending-markdown');
    append(file, clean(withoutTokens(await endingMarkdown(ending, options))));
  } catch (error) {
    warn(`The job summary was not written to ${path.basename(file)}: ${reasonOf(error)}.`);
  }
}

/**
 * Returns the size of a file in bytes, or 0 if there is none. Throws for anything but a file, such as an unread pipe.
 */
function sizeOf(file: string): number {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === false) throw new Error('it is not a file');
  return stats?.size ?? 0;
}

/** Appends in one write, so text that others append at the same time comes before or after it. */
function append(file: string, text: string): void {
  const handle = fs.openSync(file, 'a');
  try {
    fs.writeSync(handle, text);
  } finally {
    fs.closeSync(handle);
  }
}
