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

// Apart from the executors, whose types are Nx's: a workspace without @nx/devkit can check these.

/** Options that every executor has. */
export interface CommonOptions extends ReportOptions {
  /** The config file, relative to the project's folder. */
  readonly config?: string;
  /** The environment of the config to use. */
  readonly env?: string;
}

/** Options of executors that write a report of changes or conflicts. */
export interface ReportFileOptions {
  /** The file of the report, absolute or relative to the workspace. Default is `report.html`, or the like, in the state folder. */
  readonly out?: string;
  /** Write a report in this form. Default is what the name of the file ends with, and no report without a file. */
  readonly format?: ReportFormat;
}

/** Options of the executor `turso-sync-plugin:snapshot`. */
export interface SnapshotOptions extends CommonOptions, Omit<SnapshotCommandOptions, 'onEvent' | 'sharing'> {
  /** The folder that Nx keeps, relative to the workspace: what the outputs of the inferred target follow. */
  readonly snapshotFolder?: string;
}

/** Options of the executor `turso-sync-plugin:init`, also named `dump-init`. */
export type InitExecutorOptions = CommonOptions & Omit<InitOptions, 'onEvent'>;

/** Options of the executor `turso-sync-plugin:push`, also named `dump-push`. */
export interface PushExecutorOptions extends CommonOptions, ReportFileOptions, Omit<PushOptions, 'onEvent'> {
  /** Push the plan of this project that `diff` has saved in the review of this folder, relative to the workspace. */
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
  /** Write up to so many rows of each table; implies `values`. Default is 20. */
  readonly limit?: number;
  /** Fail if there are changes. Default is false. */
  readonly exitCode?: boolean;
  /**
   * Save the plan, and reports of it, to a folder of the project's name in this folder, relative to the workspace. The task fails if
   * the policy refuses the plan.
   */
  readonly review?: string;
}

/** Options of the executor `turso-sync-plugin:check`. */
export type CheckExecutorOptions = CommonOptions & Omit<CheckOptions, 'onEvent'>;

/** Options of the executor `turso-sync-plugin:clean`. */
export interface CleanExecutorOptions extends CommonOptions, Omit<CleanOptions, 'onEvent'> {
  /** Only show what can go. That is the default. */
  readonly dryRun?: boolean;
}

/** Options of the executor `turso-sync-plugin:undo`. */
export interface UndoExecutorOptions extends CommonOptions, ReportFileOptions, Omit<UndoOptions, 'onEvent'> {
  /** Show the pushes that can be undone, and undo none. Default is false. */
  readonly list?: boolean;
}

/** Options of the executor `turso-sync-plugin:dump`. */
export interface DumpExecutorOptions extends CommonOptions, Pick<DumpOptions, 'acceptRemote'> {
  /** Dump the remote as it is now. */
  readonly remote?: boolean;
  /** Dump the working copy as it is now. */
  readonly workingCopy?: boolean;
  /** The file to write, absolute or relative to the workspace. Default for the base is `original_dump.sql` beside it. */
  readonly output?: string;
}

/** Options of the executor `turso-sync-plugin:dev`. */
export interface DevExecutorOptions extends CommonOptions {
  /** The port on loopback; 0 takes any that is free. Default is 8080. */
  readonly port?: number;
}

/** Options of the executor `turso-sync-plugin:ffi-build`. */
export type FfiBuildExecutorOptions = FfiBuildOptions & ReportOptions;
