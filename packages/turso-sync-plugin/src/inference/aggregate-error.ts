import type { CreateNodesResult } from '@nx/devkit';

/**
 * What Nx takes partial results from. Nx 21 to 24 go by the name and these two properties, so that the class of
 * `@nx/devkit`, which need not be installed, can be done without.
 */
export class AggregateCreateNodesError extends Error {
  override readonly name = 'AggregateCreateNodesError';

  constructor(
    readonly errors: [file: string | null, error: Error][],
    readonly partialResults: (readonly [file: string, result: CreateNodesResult])[],
  ) {
    super('Failed to create nodes');
  }
}
