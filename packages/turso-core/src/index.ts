import { runVerbsApart } from './commands/apart/verb';

export type { Conflict, ConflictKind, ConflictRow } from './apply/conflict';
export { conflictJson, type ConflictJson, type ConflictsFile } from './apply/conflict-json';
export type { Resolution } from './apply/policy';
export type { ChangeKind } from './changeset/model';
export { countChanges, type ChangeSummary, type Counts } from './changeset/summary';
export { copy, type CopyOptions, type CopyResult } from './commands/copy';
export type { CheckResult } from './checks/check';
export { check, type CheckOptions, type ChecksResult } from './commands/check';
export { clean, type CleanedKind, type CleanOptions, type CleanResult } from './commands/clean';
export type { FileKind } from './project/state/inventory';
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
export type { ConflictOptions, Resolved } from './commands/conflicts/conflict-options';
export { pull, type PullOptions, type PullResult } from './commands/pull';
export { push, type PushOptions, type PushResult } from './commands/push';
export { restore, type RestoreOptions, type RestoreResult } from './commands/restore';
export { snapshot, type SnapshotCommandOptions, type SnapshotResult } from './commands/snapshot';
export {
  status,
  type BaselineStatus,
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
export type {
  Documents,
  PrintedDiff,
  PrintedError,
  PrintedPull,
  PrintedPush,
  PrintedPushes,
  PrintedResult,
  PrintedRow,
  PrintedUndo,
  Results,
} from './cli/printed';
export type { Reported, RunFacts } from './commands/reporting/report-run';
export { verify, type VerifyOptions, type VerifyResult } from './commands/verify';
export { TursoSyncError, type ErrorCode, type ErrorDetails } from './errors';
export type { CoreEvent, OnEvent, Progress, StepName } from './events';
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
export type { AllowedChanges, Policy } from './policy/policy';
export type { DumpSink } from './sqlite/dump/write-dump';
export { jsonValue, type JsonRow, type JsonValue } from './sqlite/values/json-value';
export { RawText, type SqlValue } from './sqlite/values/values';
export type { Capabilities, EncodingName } from './hrana/capabilities';
export type { SnapshotMethod, SnapshotProgress } from './remote/remote';
export type { RemoteIdentity } from './remote/identity';
export { parseRemoteUrl, type RemoteAddress } from './remote/url';
export type { TextOptions } from './report/conflict-text';
export {
  diffEnding,
  failedEnding,
  pullEnding,
  pushEnding,
  undoEnding,
  verifyEnding,
  type Ending,
  type EndingCommand,
} from './report/ending/ending';
export { appendStepSummary, type StepSummaryOptions } from './report/ending/step-summary';
export { asKnownError } from './report/known-error';
export { createNarrator, type NarratorOptions } from './report/narrator';
export { createRedactor, type Redactor } from './report/redactor';
export { shown, shownJson, shownLines } from './report/shown';
export {
  describeEvent,
  describeError,
  doctorText,
  checkText,
  cleanText,
  diffText,
  dumpText,
  initText,
  pullText,
  pushesText,
  pushText,
  restoreText,
  snapshotText,
  statusText,
  undoText,
  verifyText,
} from './report/text';
export type { Config, Settings } from './project/config/config';
export { loadProject, type LoadProjectOptions } from './project/load-project';
export type { RemoteOptions } from './project/connect-to';
export { nearest } from './nearest';
export type { Manifest } from './project/state/manifest';
export type { Project } from './project/project';
export type { WorkflowMode } from './project/workflow-mode';
export { version } from './version';

// An app may have its databases open in this process.
runVerbsApart();
