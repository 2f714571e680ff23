import type { OnEvent } from '../../events';
import { measured } from '../../plan/measured';
import type { Cost } from '../../plan/plan';
import { leftOutNotice } from './left-out-notice';
import type { Project } from '../../project/project';

/** The facts about its run in the result of every command. */
export interface RunFacts {
  /** The contacted remote, without credentials; null if there was none. */
  readonly remote: string | null;
  /** The environment used, or null for the one without a name. */
  readonly environment: string | null;
  /** Warnings, in words. */
  readonly warnings: readonly string[];
  /**
   * The rows read and written by the server for this command, as the server counts them. libSQL bills these. Null if no
   * server was contacted or it does not report them. See `docs/price.md`.
   */
  readonly used: Cost | null;
}

/** The result of a command, with the facts about its run. */
export type Reported<T> = T & RunFacts;

/** Runs a command, and adds the facts from its events to the result. */
export async function reportRun<T extends object>(
  { environment, exclude }: Pick<Project, 'environment' | 'exclude'>,
  onEvent: OnEvent | undefined,
  command: (onEvent: OnEvent) => Promise<T>,
): Promise<Reported<T>> {
  let remote: string | null = null;
  let used: Cost | null = null;
  const warnings: string[] = [];
  const notice = leftOutNotice(exclude);
  const tell: OnEvent = (event) => {
    if (event.type === 'connect') remote = event.location;
    if (event.type === 'used') used = measured(event);
    if (event.type === 'warning') warnings.push(event.message);
    notice.hear(event);
    onEvent?.(event);
  };
  const result = await command(tell).finally(() => notice.tell(tell));
  return { ...result, remote, environment, warnings, used };
}
