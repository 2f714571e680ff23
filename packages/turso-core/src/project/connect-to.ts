import { connect } from '../remote/connect';
import type { Remote } from '../remote/remote';
import type { Project } from './project';

/** Opens the adapter for a project's remote. */
export function connectTo(project: Project): Remote {
  return connect(project.address(), { authToken: project.authToken() });
}
