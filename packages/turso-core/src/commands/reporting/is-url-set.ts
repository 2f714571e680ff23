import { hasCode } from '../../errors';
import type { Project } from '../../project/project';

/** Checks whether a project's URL is set, valid or not. */
export function isUrlSet(project: Pick<Project, 'address'>): boolean {
  try {
    project.address();
    return true;
  } catch (error) {
    return !hasCode(error, 'URL_MISSING');
  }
}
