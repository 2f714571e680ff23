import { checkOptions } from './check-options';

/** The plugin's settings in nx.json, under `options`. */
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
  /** Default is `turso-check`. */
  readonly checkTargetName?: string;
  /** Default is `turso-undo`. */
  readonly undoTargetName?: string;
  /** Default is `turso-dump`. */
  readonly dumpTargetName?: string;
  /** Default is `turso-clean`. */
  readonly cleanTargetName?: string;
  /** Default is `turso-doctor`. */
  readonly doctorTargetName?: string;
  /** Default is `turso-dev`. */
  readonly devTargetName?: string;
  /** Default is `ffi-build`. */
  readonly ffiBuildTargetName?: string;
  /** Targets that a push waits for, besides the one that makes the working copy. Default is `build` and `test`. */
  readonly pushAfter?: readonly string[];
  /** The target that creates the data, such as `schedule`. A push waits for it too. Default: the project has none. */
  readonly produce?: string;
  /**
   * The environment of targets that run without a configuration. Default: the one without a name. Every environment is
   * a configuration in any case.
   */
  readonly env?: string;
}

/** The options with their defaults. The environment and the producing target have none. */
export type ResolvedOptions = Required<Omit<PluginOptions, Optional>> & Pick<PluginOptions, Optional>;

type Optional = 'env' | 'produce';

/** The values of options that nx.json does not set. */
const DEFAULTS: ResolvedOptions = {
  snapshotTargetName: 'turso-snapshot',
  initTargetName: 'turso-init',
  pushTargetName: 'turso-push',
  statusTargetName: 'turso-status',
  pullTargetName: 'turso-pull',
  verifyTargetName: 'turso-verify',
  diffTargetName: 'turso-diff',
  checkTargetName: 'turso-check',
  undoTargetName: 'turso-undo',
  dumpTargetName: 'turso-dump',
  cleanTargetName: 'turso-clean',
  doctorTargetName: 'turso-doctor',
  devTargetName: 'turso-dev',
  ffiBuildTargetName: 'ffi-build',
  pushAfter: ['build', 'test'],
};

/** Checks the options and fills in the defaults. Throws CONFIG_INVALID. */
export function resolveOptions(options: PluginOptions | undefined): ResolvedOptions {
  const resolved = { ...DEFAULTS, ...options };
  checkOptions(options ?? {}, resolved);
  return resolved;
}

/** Returns the names of the targets that read or write a remote. */
export function remoteTargetNames(options: ResolvedOptions): string[] {
  return [
    options.snapshotTargetName,
    options.initTargetName,
    options.pushTargetName,
    options.statusTargetName,
    options.pullTargetName,
    options.verifyTargetName,
    options.diffTargetName,
    options.checkTargetName,
    options.undoTargetName,
    options.dumpTargetName,
    options.cleanTargetName,
    options.doctorTargetName,
    options.devTargetName,
  ];
}
