/** What nx.json may tell the plugin, under `options`. */
export interface PluginOptions {
  /** Default is `turso-snapshot`. */
  readonly snapshotTargetName?: string;
  /** Default is `turso-init`. */
  readonly initTargetName?: string;
  /** Default is `turso-push`. */
  readonly pushTargetName?: string;
  /** Default is `turso-status`. */
  readonly statusTargetName?: string;
  /** Default is `turso-pull`. */
  readonly pullTargetName?: string;
  /** Default is `turso-verify`. */
  readonly verifyTargetName?: string;
  /** Default is `turso-diff`. */
  readonly diffTargetName?: string;
  /** Default is `ffi-build`. */
  readonly ffiBuildTargetName?: string;
  /** Targets that a push waits for, besides the one that makes the working copy. Default is `build` and `test`. */
  readonly pushAfter?: readonly string[];
  /**
   * The environment of the configs to use. Default: none. To have targets for several, list the plugin several times, each
   * with names of its own.
   */
  readonly env?: string;
}

/** The options with nothing left open but the environment. */
export type ResolvedOptions = Required<Omit<PluginOptions, 'env'>> & Pick<PluginOptions, 'env'>;

/** Fills in the defaults. */
export function resolveOptions(options: PluginOptions | undefined): ResolvedOptions {
  return {
    snapshotTargetName: 'turso-snapshot',
    initTargetName: 'turso-init',
    pushTargetName: 'turso-push',
    statusTargetName: 'turso-status',
    pullTargetName: 'turso-pull',
    verifyTargetName: 'turso-verify',
    diffTargetName: 'turso-diff',
    ffiBuildTargetName: 'ffi-build',
    pushAfter: ['build', 'test'],
    ...options,
  };
}
