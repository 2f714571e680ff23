import { tellAsked } from '../configurations/asked';
import { nameRunFolder } from './run-folder';

/** Nx's facts about a run that begins. */
export interface RunStart {
  readonly id: string;
  readonly workspaceRoot: string;
  readonly argv: readonly string[];
}

/**
 * Prepares the variables of a run. Nx calls this before the tasks, passes on the variables, and waits for it. So it
 * does no more.
 */
export function preTasksExecution(_options: unknown, { id, workspaceRoot, argv }: RunStart): void {
  tellAsked(argv);
  nameRunFolder(workspaceRoot, id);
}
