import type { OnEvent } from '../../events';
import { measured } from '../../plan/measured';
import type { Cost } from '../../plan/plan';
import { leftOutNotice } from './left-out-notice';
import type { Project } from '../../project/project';

/** What the result of every command tells about its run. */
export interface RunFacts {
  /** The remote that was contacted, without credentials; null if none was. */
  readonly remote: string | null;
  /** The environment that was used, or null for the one without a name. */
  readonly environment: string | null;
  /** What was worth a warning, in words. */
  readonly warnings: readonly string[];
  /**
   * The rows that the server has read and written for it, as the server counts them: what libSQL bills. Null if no server was
   * contacted, or if it does not tell. See `docs/price.md`.
   */
  readonly used: Cost | null;
}

/** The result of a command, with what every one tells about its run. */
export type Reported<T> = T & RunFacts;

/** Runs a command, and adds to its result what its events tell. */
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
