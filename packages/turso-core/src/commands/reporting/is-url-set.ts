import { hasCode } from '../../errors';
import type { Project } from '../../project/project';

/** Whether a project's URL is set, whatever it is. */
export function isUrlSet(project: Pick<Project, 'address'>): boolean {
  try {
    project.address();
    return true;
  } catch (error) {
    return !hasCode(error, 'URL_MISSING');
  }
}
