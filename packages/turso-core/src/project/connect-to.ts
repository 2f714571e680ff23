import { connect } from '../remote/connect';
import type { Remote } from '../remote/remote';
import type { Project } from './project';

/** Opens the adapter for a project's remote. Its lock lets one process write at a time, which makes its folder the owner. */
export function connectTo(project: Project): Remote {
  return connect(project.address(), { authToken: project.authToken(), owner: project.files.directory });
}
