import { tellAsked } from '../configurations/asked';
import { nameRunFolder } from './run-folder';

/** What Nx tells of a run that begins. */
export interface RunStart {
  readonly id: string;
  readonly workspaceRoot: string;
  readonly argv: readonly string[];
}

/** Nx calls this before the tasks of a run, and hands on the variables that it sets. It waits for it, so it does no more. */
export function preTasksExecution(_options: unknown, { id, workspaceRoot, argv }: RunStart): void {
  tellAsked(argv);
  nameRunFolder(workspaceRoot, id);
}
