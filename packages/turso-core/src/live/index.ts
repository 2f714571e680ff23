export { TursoSyncError, type ErrorCode } from '../errors';
export { RawText, type SqlValue } from '../sqlite/values/values';
export type {
  ArrayRows,
  AutoSync,
  BatchResult,
  Changes,
  ExecuteResult,
  Live,
  LiveArguments,
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
