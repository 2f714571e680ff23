import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { isPortableName, TursoSyncError } from 'turso-core/own-process';

/** Refuses another option together with `review`, since that already names the plan. Throws USAGE. */
export function refuseBesideReview(
  review: string | undefined,
  name: string,
  value: string | undefined,
): void {
  if (review === undefined || value === undefined) return;
  throw new TursoSyncError('USAGE', `The options "review" and "${name}" cannot be given together.`, {
    hint: 'The plan of a review lies in its folder. Leave one of them out.',
  });
}

/**
 * Returns the folder of a project in a review of several. It has the project's name, so a job knows the projects of a
 * review. Throws USAGE for a name that is not a safe path on every system and in every artifact.
 */
export function reviewFolder(review: string, { root, projectName = '' }: ExecutorContext): string {
  const isSafe = /^@?[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(projectName);
  if (!isSafe || !projectName.split('/').every(isPortableName))
    throw new TursoSyncError('USAGE', `The project "${projectName}" cannot name a folder of the review.`, {
      hint: 'Rename it to letters, digits, dashes, dots, underscores and slashes; or use --save and --out.',
    });
  return path.resolve(root, review, projectName);
}
