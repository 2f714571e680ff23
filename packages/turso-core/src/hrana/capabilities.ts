import { TursoSyncError } from '../errors';
import type { HttpClient } from './http-client';

/** The encodings of Hrana over HTTP, by the first part of their paths. */
export type EncodingName = 'v3-protobuf' | 'v3' | 'v2';

/**
 * What a server offers of what turso-sync can do without: `docs/compatibility.md` says what it does then. Null stands for what is not
 * known yet.
 */
export interface Capabilities {
  /** The best encoding that it knows: Protocol Buffers of Hrana 3, its JSON, or the JSON of Hrana 2. */
  readonly encoding: EncodingName | null;
  /** Whether steps can depend on an open transaction, by `is_autocommit`. */
  readonly autocommitConditions: boolean | null;
  /** Whether it serves its pages, by the table `sqlite_dbpage`. */
  readonly sqliteDbpage: boolean | null;
  /** Whether a connection can see that others have written, by `pragma_data_version`. */
  readonly dataVersion: boolean | null;
  /** Whether it computes checksums, by `sha3_query`. */
  readonly sha3: boolean | null;
  /** Whether its answers tell the number of its latest write. */
  readonly replicationIndex: boolean | null;
  /** Whether it tells of its log over gRPC, which replicas follow. */
  readonly log: boolean | null;
  /** Whether it has the endpoints that libsql's own client syncs by: `/info`, `/export` and `/sync`. */
  readonly syncEndpoints: boolean | null;
  /** Whether `PRAGMA user_version` can be set. */
  readonly userVersion: boolean | null;
}

/** A capability that a server has or lacks. */
export type Capability = Exclude<keyof Capabilities, 'encoding'>;

/** What is known of one server's capabilities, for as long as a connection lasts. */
export interface KnownCapabilities {
  /** All of it, as it is known now. */
  readonly all: Capabilities;
  /** Takes notice of what an answer has told. */
  note(told: Partial<Capabilities>): void;
  /**
   * Does work that needs a capability. Null if the server lacks it: work tells so by null, the server by refusing. From then on,
   * it is not asked again.
   */
  attempt<T>(capability: Capability, work: () => Promise<T | null>): Promise<T | null>;
}

const known = new WeakMap<HttpClient, KnownCapabilities>();

/** What is known of the capabilities of the server that a client speaks to. Nothing is asked for. */
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

/** Whether it is the server's own word on a statement, such as "no such table" or "not authorized". It says so each time. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof TursoSyncError &&
    !error.retryable &&
    ['REMOTE_FAILED', 'REMOTE_READ_ONLY', 'REMOTE_BLOCKED'].includes(error.code)
  );
}
