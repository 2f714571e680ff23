export { TursoSyncError, type ErrorCode } from '../errors';
export { RawText, type SqlValue } from '../sqlite/values/values';
export type {
  AutoSync,
  BatchResult,
  Changes,
  ExecuteResult,
  Live,
  LiveArguments,
  LiveOptions,
  LiveStatement,
  LiveStats,
  LiveTransaction,
  QueryResult,
  SyncResult,
  TransactionScope,
} from './live';
export { openLive } from './open-live';
