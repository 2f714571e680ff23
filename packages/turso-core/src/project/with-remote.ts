import { connectTo, type ConnectToOptions, type ProjectRemote } from './connect-to';
import type { Project } from './project';
import { withState } from './state/open-state';

/**
 * Runs a command that writes here and contacts the remote: with the lock held, and the connection closed afterwards.
 * Throws what {@link connectTo} and {@link withState} throw.
 */
export async function withRemote<T>(
  project: Project,
  command: string,
  options: ConnectToOptions,
  work: (remote: ProjectRemote) => Promise<T>,
): Promise<T> {
  // First, so that a URL that is missing or wrong leaves nothing behind.
  const remote = connectTo(project, options);
  try {
    return await withState(project, command, async () => {
      // What is accepted is noted in the base, which the command reads next.
      if (options.acceptRemote === true) await remote.identify();
      return work(remote);
    });
  } finally {
    await remote.close();
  }
}
