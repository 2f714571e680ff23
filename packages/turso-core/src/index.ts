import { runVerbsApart } from './commands/apart/verb';

// Projects
export { loadProject, type LoadProjectOptions } from './load-project';
export { open, type OpenOptions } from './open';
export type { Project } from './project/handle';
export type { Config, Settings } from './project/config/config';
export type { AllowedChanges, Policy } from './policy/policy';

// Verbs
export type { VerbResult } from './commands/verb-result';
export { check, type CheckOptions, type ChecksResult } from './commands/check';
export { clean, type CleanedKind, type CleanOptions, type CleanResult } from './commands/clean';
export { diff, type DiffOptions, type DiffResult } from './commands/diff';
export {
  doctor,
  type CheckName,
  type DoctorCheck,
  type DoctorOptions,
  type DoctorResult,
} from './commands/doctor';
export { dump, type DumpOptions, type DumpResult, type DumpSource } from './commands/dump';
export { fingerprint } from './commands/fingerprint';
export { init, type InitOptions, type InitResult } from './commands/init';
export { pull, type PullOptions, type PullResult } from './commands/pull';
export { push, type PushOptions, type PushResult } from './commands/push';
export { restore, type RestoreOptions, type RestoreResult } from './commands/restore';
export {
  status,
  type SnapshotStatus,
  type FileStatus,
  type Problem,
  type RemoteStatus,
  type StatusOptions,
  type StatusResult,
} from './commands/status';
export {
  pushes,
  undo,
  type PushEntry,
  type UndoneHere,
  type UndoOptions,
  type UndoResult,
} from './commands/undo';
export { verify, type VerifyOptions, type VerifyResult } from './commands/verify';

// Parts of options and results
export type { Conflict, ConflictDefinition, ConflictKind, ConflictRow } from './apply/conflict';
export type { Resolution } from './apply/policy';
export type { ChangeKind, IndexSetting, SettingChange, ShadowTable, VirtualChange } from './changeset/model';
export type { ChangeSummary, Counts } from './changeset/summary';
export type { CheckResult } from './checks/check';
export type { ChangeFiles } from './commands/comparing/written-changes';
export type { ResumeOptions } from './commands/recovery/finish-push';
export type { ConflictOptions, Resolved } from './commands/conflicts/conflict-options';
export type { CoreEvent, OnEvent, Progress, StepName, VerbOptions } from './events';
export type { Capabilities, EncodingName } from './hrana/capabilities';
export type { RemoteOptions } from './project/connect-to';
export type { FileKind } from './project/state/inventory';
export type { Manifest, SnapshotContent } from './project/state/manifest';
export type { WorkflowMode } from './project/workflow-mode';
export type { RemoteIdentity } from './remote/identity';
export type { SnapshotMethod } from './remote/remote';
export type { LeftOutTable } from './sqlite/schema/left-out';
export type { SchemaObject } from './sqlite/schema/schema';
export type { SetAside } from './sqlite/schema/set-aside';
export type { RowBatch } from './sqlite/statement';
export type { DumpSink } from './sqlite/dump/write-dump';
export { RawText, type SqlValue } from './sqlite/values/values';

// Plans
export { openPlan } from './plan/open-plan';
export type {
  BrokenRule,
  Cost,
  DefinitionChange,
  Finding,
  FindingCode,
  Plan,
  PlanBase,
  PlanChanges,
  PlanFile,
  PlanHead,
  PlanRow,
  PlanTable,
  PlanTableRow,
  PlanUpdate,
  PlanValues,
  PushedAs,
  SavedFor,
  Verdict,
  VirtualTableChange,
} from './plan/plan';
export type { JsonRow, JsonValue } from './sqlite/values/json-value';

// What the command prints as JSON, and the files it writes
export type { ConflictJson, ConflictsFile } from './apply/conflict-json';
export type {
  Documents,
  PrintedCheck,
  PrintedChecks,
  PrintedComment,
  PrintedDiff,
  PrintedError,
  PrintedPull,
  PrintedPush,
  PrintedPushes,
  PrintedResult,
  PrintedReviewed,
  PrintedRow,
  PrintedUndo,
  PrintedUndoneHere,
  PrintedVerify,
  Results,
} from './cli/printed';

// Errors
export { TursoSyncError, type ErrorCode, type ErrorDetails } from './errors';
export { version } from './version';

// An app may have its databases open in this process.
runVerbsApart();
