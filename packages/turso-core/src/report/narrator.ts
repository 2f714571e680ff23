import type { OnEvent } from '../events';
import { describeEvent } from './event-text';

/** The settings of a narrator. */
export interface NarratorOptions {
  /** Prints a line. */
  readonly say: (line: string) => unknown;
  /** Print details as well. Default is false. */
  readonly verbose?: boolean | undefined;
  /** Print nothing. Default is false. */
  readonly quiet?: boolean | undefined;
  /** Shortest time between two lines of progress, in milliseconds. */
  readonly progressInterval: number;
}

/**
 * Describes events to people, in whole lines.
 *
 * @example
 * ```ts
 * import { loadProject, push } from 'turso-core';
 * import { createNarrator } from 'turso-core/report';
 *
 * const onEvent = createNarrator({ say: console.error, progressInterval: 500 });
 * await push(await loadProject(), { onEvent });
 * ```
 */
export function createNarrator({ say, verbose, quiet, progressInterval }: NarratorOptions): OnEvent {
  let lastProgress = performance.now();
  return (event) => {
    if (quiet === true) return;
    for (const { level, text } of describeEvent(event)) {
      if (level === 'detail' && verbose !== true) continue;
      if (level === 'progress') {
        const now = performance.now();
        if (now - lastProgress < progressInterval) continue;
        lastProgress = now;
      }
      say(text);
    }
  };
}
