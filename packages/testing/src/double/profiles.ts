/** What a server offers. A double takes away what its profile lacks; it never adds anything. */
export interface Offered {
  /** The encodings of Hrana, by the first part of their paths. */
  readonly encodings: readonly Encoding[];
  /** Whether replicas can follow its log over gRPC. */
  readonly grpc: boolean;
  /** Whether answers tell the number of the latest write. */
  readonly replicationIndex: boolean;
  /** Whether `PRAGMA user_version` can be set. */
  readonly userVersion: boolean;
  /** Names of SQL that it does not know. */
  readonly unknownNames: readonly string[];
  /** Whether it has the endpoints that libsql's own client syncs by. */
  readonly syncEndpoints: boolean;
  /** Whether a load balancer refuses requests now and then, and closes idle connections. */
  readonly balanced: boolean;
}

/** A version of Hrana over HTTP in one encoding. */
export type Encoding = 'v3-protobuf' | 'v3' | 'v2';

/** A kind of server. */
export type Profile = 'full' | 'cloud' | 'synced' | 'bare' | 'balancer';

const FULL: Offered = {
  encodings: ['v3-protobuf', 'v3', 'v2'],
  grpc: true,
  replicationIndex: true,
  userVersion: true,
  unknownNames: [],
  syncEndpoints: false,
  balanced: false,
};

/** Turso Cloud, as far as public documents, sources and issues tell. Nobody ran anything against it. */
const CLOUD: Offered = {
  ...FULL,
  encodings: ['v3', 'v2'],
  grpc: false,
  replicationIndex: false,
  userVersion: false,
};

/** What each profile offers; docs/compatibility.md says where that comes from. */
export const PROFILES: Readonly<Record<Profile, Offered>> = {
  /** libsql-server as it is. */
  full: FULL,
  /** Turso Cloud, by what its documents promise to everybody. */
  cloud: CLOUD,
  /** Turso Cloud with what its own clients use besides. */
  synced: { ...CLOUD, syncEndpoints: true },
  /** The least that Hrana promises. */
  bare: {
    encodings: ['v2'],
    grpc: false,
    replicationIndex: false,
    userVersion: true,
    unknownNames: ['sqlite_dbpage', 'pragma_data_version', 'sha3_query', 'sha3'],
    syncEndpoints: false,
    balanced: false,
  },
  /** libsql-server behind a load balancer. */
  balancer: { ...FULL, balanced: true },
};
