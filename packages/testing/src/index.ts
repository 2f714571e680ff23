export { readBilledRows, whileCounting, type BilledRows } from './billed-rows';
export { buildDatabase, editDatabase } from './build-database';
export { createAuthority, type Authority, type Certified, type Validity } from './certificates';
export { loadCases, type TestCase } from './cases';
export { startCodeHost } from './code-host/double';
export { serveJobs, WORKFLOW, type HostJob, type HostJobs, type HostPull } from './code-host/serve-jobs';
export { zipFiles } from './code-host/zip-files';
export type {
  CodeHostDouble,
  CodeHostOptions,
  HostAnswer,
  HostCall,
  HostComment,
  HostUser,
} from './code-host/types';
export { compareDatabases, type CompareOptions } from './compare-databases';
export { startConnectProxy, type ConnectProxy, type ConnectProxyOptions } from './connect-proxy';
export { copyDatabase } from './copy-database';
export type { BalancerOptions } from './double/balancer';
export { startDouble, type ServerDouble } from './double/double';
export { PROFILES, type Profile } from './double/profiles';
export type { SyncEndpoints } from './double/sync-endpoints';
export { downloadDatabase } from './download-database';
export { withStream, type ServerAddress, type ServerStream, type ServerValue } from './pipeline';
export { startFaultProxy, type FaultProxy, type RequestFault } from './fault-proxy';
export { startFront, type Front, type FrontOptions, type SeenRequest } from './front';
export { ffiDemo } from './ffi-demo';
export { isRunning } from './is-running';
export { pauseProcess } from './pause-process';
export { keepTempDirsInMemory } from './process-root';
export { startProxy, type ProxyOptions, type TcpProxy } from './proxy';
export type { Side } from './relay';
export { startSqld, type Sqld, type SqldOptions, type SqldWithAuth } from './sqld';
export { Database } from './sqlite';
export { execOn, queryOn } from './statements';
export { listen, type Listening } from './listen';
export { makeTempDir, removeTempDir } from './temp-dir';
export { createTokens, signToken, type TokenClaims, type Tokens } from './tokens';
export { chromiumPath, requireTool, sqldPath, sqlite3Path, type Tool } from './tools';
export { until } from './until';
export { writeFiles } from './write-files';
