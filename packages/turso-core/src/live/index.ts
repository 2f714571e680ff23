export { TursoSyncError, type ErrorCode } from '../errors';
export { RawText, type SqlValue } from '../sqlite/values/values';
export type { LatencySummary } from './latency';
export type { LiveEvent, LiveRebuildEvent, LiveRetryEvent, LiveSlowEvent, LiveSyncEvent } from './live-event';
export type {
  ArrayRows,
  AutoSync,
  BatchResult,
  Changes,
  ExecuteResult,
  Live,
  LiveArguments,
  LiveLatencies,
  LiveOptions,
  LiveRow,
  LiveStatement,
  LiveStats,
  LiveTransaction,
  ObjectRows,
  QueryResult,
  RowType,
  StatementCalls,
  SyncResult,
  TransactionScope,
} from './live';
export { openLive } from './open-live';
