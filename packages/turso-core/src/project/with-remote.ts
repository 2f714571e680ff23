import { connectTo, type ConnectToOptions, type ProjectRemote } from './connect-to';
import type { Project } from './project';
import { withState } from './state/open-state';

/**
 * Runs a command that writes locally and contacts the remote. Holds the lock, and closes the connection afterwards.
 * Throws the errors of {@link connectTo} and {@link withState}.
 */
export async function withRemote<T>(
  project: Project,
  command: string,
  options: ConnectToOptions,
  work: (remote: ProjectRemote) => Promise<T>,
): Promise<T> {
  // Comes first: a missing or wrong URL must leave nothing behind.
  const remote = connectTo(project, options);
  try {
    return await withState(project, command, async () => {
      // Notes an accepted remote in the base, before the command reads it.
      if (options.acceptRemote === true) await remote.identify();
      return work(remote);
    });
  } finally {
    await remote.close();
  }
}
