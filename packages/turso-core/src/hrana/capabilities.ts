import { TursoSyncError } from '../errors';
import type { HttpClient } from './http-client';

/** The encodings of Hrana over HTTP, by the first part of their paths. */
export type EncodingName = 'v3-protobuf' | 'v3' | 'v2';

/**
 * The optional capabilities of a server. `docs/compatibility.md` describes how turso-sync works without them. Null
 * means unknown.
 */
export interface Capabilities {
  /** The server's best encoding: Protocol Buffers of Hrana 3, its JSON, or the JSON of Hrana 2. */
  readonly encoding: EncodingName | null;
  /** Whether steps can depend on an open transaction, by `is_autocommit`. */
  readonly autocommitConditions: boolean | null;
  /** Whether it serves its pages, by the table `sqlite_dbpage`. */
  readonly sqliteDbpage: boolean | null;
  /** Whether a connection can see others' writes, by `pragma_data_version`. */
  readonly dataVersion: boolean | null;
  /** Whether it computes checksums, by `sha3_query`. */
  readonly sha3: boolean | null;
  /** Whether its answers include the number of its latest write. */
  readonly replicationIndex: boolean | null;
  /** Whether it serves its log for replicas over gRPC. */
  readonly log: boolean | null;
  /** Whether it has the sync endpoints of libsql's own client: `/info`, `/export` and `/sync`. */
  readonly syncEndpoints: boolean | null;
  /** Whether `PRAGMA user_version` can be set. */
  readonly userVersion: boolean | null;
}

/** A capability that is either present or missing. */
export type Capability = Exclude<keyof Capabilities, 'encoding'>;

/** The known capabilities of one server, during a connection. */
export interface KnownCapabilities {
  /** The present knowledge about all capabilities. */
  readonly all: Capabilities;
  /** Notes the facts from an answer. */
  note(told: Partial<Capabilities>): void;
  /**
   * Does work with a required capability. Returns null if the server lacks it: the work returns null, or the server
   * refuses. Later calls do not ask again.
   */
  attempt<T>(capability: Capability, work: () => Promise<T | null>): Promise<T | null>;
}

const known = new WeakMap<HttpClient, KnownCapabilities>();

/** Returns the known capabilities of a client's server. Sends no request. */
export function capabilitiesOf(client: HttpClient): KnownCapabilities {
  const found = known.get(client) ?? createCapabilities();
  known.set(client, found);
  return found;
}

function createCapabilities(): KnownCapabilities {
  let all = UNKNOWN;
  const note = (told: Partial<Capabilities>): void => {
    all = { ...all, ...told };
  };
  return {
    get all() {
      return all;
    },
    note,
    async attempt(capability, work) {
      if (all[capability] === false) return null;
      const result = await work().catch((error: unknown) => {
        if (isRefusal(error)) return null;
        throw error;
      });
      note({ [capability]: result !== null });
      return result;
    },
  };
}

const UNKNOWN: Capabilities = {
  encoding: null,
  autocommitConditions: null,
  sqliteDbpage: null,
  dataVersion: null,
  sha3: null,
  replicationIndex: null,
  log: null,
  syncEndpoints: null,
  userVersion: null,
};

/**
 * Checks for the server's own error about a statement, for example "no such table" or "not authorized". It repeats each
 * time.
 */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof TursoSyncError &&
    !error.retryable &&
    ['REMOTE_FAILED', 'REMOTE_READ_ONLY', 'REMOTE_BLOCKED'].includes(error.code)
  );
}
