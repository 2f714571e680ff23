import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, TursoSyncError } from '../errors';
import { repeatWhileBusy } from './repeat';
import type { MergedPullRequest, Reviews } from './reviews';
import { unzip } from './unzip';

/** The result of {@link fetchReviews}. */
export interface FetchedReviews {
  readonly reviews: readonly {
    readonly pullRequest: number;
    readonly folder: string;
    readonly plans: number;
  }[];
  readonly without: readonly { readonly pullRequest: number; readonly reason: string }[];
}

/** The name of a plan's file in a review. */
const PLAN = 'plan.json';

/**
 * Fetches the archives of merged pull requests into a new folder. Each gets its own folder `1`, `2`, .. in the order of
 * the merges, with leading zeros if needed. Throws REVIEW_MISSING if one was merged without a review, FILE_INACCESSIBLE
 * if the folder is not empty, and the `CODE_HOST_*` codes.
 */
export async function fetchReviews(host: Reviews, out: string): Promise<FetchedReviews> {
  makeFolder(out);
  const merged = await repeatWhileBusy(() => host.merged());
  const digits = String(merged.length).length;
  const reviews: { pullRequest: number; folder: string; plans: number }[] = [];
  const without: { pullRequest: number; reason: string }[] = [];
  for (const pull of merged) {
    const archive = await repeatWhileBusy(() => host.archiveOf(pull));
    if ('missing' in archive) throw reviewMissing(pull, archive.missing, archive.retryable);
    if ('none' in archive) without.push({ pullRequest: pull.number, reason: archive.none });
    else {
      const folder = path.join(out, String(reviews.length + 1).padStart(digits, '0'));
      const plans = extract(archive.bytes, folder, pull);
      if (plans > 0) reviews.push({ pullRequest: pull.number, folder, plans });
      else without.push({ pullRequest: pull.number, reason: 'its job had nothing to review' });
    }
  }
  return { reviews, without };
}

function makeFolder(out: string): void {
  try {
    fs.mkdirSync(out, { recursive: true, mode: 0o700 });
    if (fs.readdirSync(out).length === 0) return;
  } catch (error) {
    throw inaccessible(out, reasonOf(error));
  }
  throw inaccessible(out, 'something is in it');
}

function inaccessible(out: string, reason: string): TursoSyncError {
  return new TursoSyncError('FILE_INACCESSIBLE', `The folder ${out} cannot take the reviews: ${reason}.`, {
    hint: 'Name a folder that does not exist yet.',
  });
}

/** Writes the files of an archive, and returns its number of plans. Writes nothing if there are none. */
function extract(bytes: Uint8Array, folder: string, { number }: MergedPullRequest): number {
  let files;
  try {
    files = [...unzip(bytes)];
  } catch (error) {
    throw new TursoSyncError(
      'REVIEW_MISSING',
      `The archive of #${number} cannot be read: ${(error as Error).message}.`,
      { hint: 'Nothing was pushed. Push by hand what was reviewed.', cause: error },
    );
  }
  const plans = files.filter(({ name }) => path.posix.basename(name) === PLAN);
  if (plans.length === 0) return 0;
  try {
    for (const { name, content } of files) {
      const file = path.join(folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      fs.writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
    }
  } catch (error) {
    throw inaccessible(folder, reasonOf(error));
  }
  return plans.length;
}

function reviewMissing({ number }: MergedPullRequest, reason: string, retryable: boolean): TursoSyncError {
  return new TursoSyncError('REVIEW_MISSING', `#${number} was merged without a review: ${reason}.`, {
    hint: retryable
      ? 'Nothing was pushed. Run this job again when that one has ended.'
      : 'Nothing was pushed. Look at what it changes, and push it by hand.',
    retryable,
  });
}
