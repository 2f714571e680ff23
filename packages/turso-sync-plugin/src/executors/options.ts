import type {
  CheckOptions,
  CleanOptions,
  DiffOptions,
  DoctorOptions,
  DumpOptions,
  InitOptions,
  PullOptions,
  PushOptions,
  ReportFormat,
  SnapshotCommandOptions,
  UndoOptions,
  VerifyOptions,
} from 'turso-core/own-process';
import type { FfiBuildOptions } from '../ffi/options';
import type { ReportOptions } from './report';

// Apart from the executors, which use Nx's types: a workspace without @nx/devkit can check these.

/** Options of every executor. */
export interface CommonOptions extends ReportOptions {
  /** The config file, relative to the project's folder. */
  readonly config?: string;
  /** The environment of the config to use. */
  readonly env?: string;
}

/** Options of executors that write a report of changes or conflicts. */
export interface ReportFileOptions {
  /**
   * The file of the report, absolute or relative to the workspace. Default is `report.html`, or another ending for its
   * form, in the state folder.
   */
  readonly out?: string;
  /** Write a report in this form. Default is the form of the file's ending, and no report without a file. */
  readonly format?: ReportFormat;
}

/** Options of the executor `turso-sync-plugin:snapshot`. */
export interface SnapshotOptions extends CommonOptions, Omit<SnapshotCommandOptions, 'onEvent' | 'sharing'> {
  /** The folder that Nx keeps, relative to the workspace. The outputs of the inferred target follow it. */
  readonly snapshotFolder?: string;
}

/** Options of the executor `turso-sync-plugin:init`, also named `dump-init`. */
export type InitExecutorOptions = CommonOptions & Omit<InitOptions, 'onEvent'>;

/** Options of the executor `turso-sync-plugin:push`, also named `dump-push`. */
export interface PushExecutorOptions extends CommonOptions, ReportFileOptions, Omit<PushOptions, 'onEvent'> {
  /** Push this project's plan from the review in this folder, relative to the workspace. `diff` has saved it there. */
  readonly review?: string;
}

/** Options of the executor `turso-sync-plugin:pull`. */
export type PullExecutorOptions = CommonOptions & ReportFileOptions & Omit<PullOptions, 'onEvent'>;

/** Options of the executor `turso-sync-plugin:verify`. */
export type VerifyExecutorOptions = CommonOptions &
  ReportFileOptions &
  Omit<VerifyOptions, 'onEvent' | 'save'>;

/** Options of the executor `turso-sync-plugin:status`. */
export type StatusOptions = CommonOptions;

/** Options of the executor `turso-sync-plugin:doctor`. */
export type DoctorExecutorOptions = CommonOptions & DoctorOptions;

/** Options of the executor `turso-sync-plugin:diff`. */
export interface DiffExecutorOptions
  extends CommonOptions, ReportFileOptions, Pick<DiffOptions, 'table' | 'save'> {
  /** Write the rows themselves, old and new, to `rows.txt` in the state folder. Default is false. */
  readonly values?: boolean;
  /** Write up to this many rows of each table. Implies `values`. Default is 20. */
  readonly limit?: number;
  /** Fail if there are changes. Default is false. */
  readonly exitCode?: boolean;
  /**
   * Save the plan and its reports in this folder, relative to the workspace. They go to a subfolder with the project's
   * name. The task fails if the policy refuses the plan.
   */
  readonly review?: string;
}

/** Options of the executor `turso-sync-plugin:check`. */
export type CheckExecutorOptions = CommonOptions & Omit<CheckOptions, 'onEvent'>;

/** Options of the executor `turso-sync-plugin:clean`. */
export interface CleanExecutorOptions extends CommonOptions, Omit<CleanOptions, 'onEvent'> {
  /** Only list the files that can go. That is the default. */
  readonly dryRun?: boolean;
}

/** Options of the executor `turso-sync-plugin:undo`. */
export interface UndoExecutorOptions extends CommonOptions, ReportFileOptions, Omit<UndoOptions, 'onEvent'> {
  /** List the pushes that can be undone, and undo none. Default is false. */
  readonly list?: boolean;
}

/** Options of the executor `turso-sync-plugin:dump`. */
export interface DumpExecutorOptions extends CommonOptions, Pick<DumpOptions, 'acceptRemote'> {
  /** Dump the remote in its present state. */
  readonly remote?: boolean;
  /** Dump the working copy in its present state. */
  readonly workingCopy?: boolean;
  /**
   * The file to write, absolute or relative to the workspace. Default for the base is `original_dump.sql` beside it.
   */
  readonly output?: string;
}

/** Options of the executor `turso-sync-plugin:dev`. */
export interface DevExecutorOptions extends CommonOptions {
  /** The port on loopback. 0 takes any free one. Default is 8080. */
  readonly port?: number;
}

/** Options of the executor `turso-sync-plugin:ffi-build`. */
export type FfiBuildExecutorOptions = FfiBuildOptions & ReportOptions;
