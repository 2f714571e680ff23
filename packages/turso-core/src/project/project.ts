import path from 'node:path';
import type { Policy } from '../policy/policy';
import type { Exclude } from '../sqlite/schema/exclude';
import type { RemoteAddress } from '../remote/url';
import type { Project as Handle } from './handle';

/** A project with everything that verbs know of it: its files, its settings and the address of its remote. */
export interface Project extends Handle {
  /**
   * The names of the environment variables for the URL, the token and the encryption key. The last is null if the
   * config does not set it.
   */
  readonly variables: {
    readonly url: string;
    readonly authToken: string;
    readonly encryptionKey: string | null;
  };
  /** The rules for a push from the config. Missing rules have their defaults. */
  readonly policy: Policy;
  readonly checks: ProjectChecks;
  /** The replica of a live connection: `TURSO_REPLICA_PATH`, or else `live/replica.db` in the state folder. */
  readonly replica: string;
  /** Names and patterns of tables and views omitted by every command. */
  readonly exclude: Exclude;
  /** Whether `init` writes `original_dump.sql`. */
  readonly originalDump: boolean;
  readonly files: StateFiles;
  /** Returns the other environments of the config with the same state folder. */
  siblings(): readonly Project[];
  /** Returns the remote's address. Throws URL_MISSING, URL_UNSUPPORTED or CONFIG_HAS_SECRET. */
  address(): RemoteAddress;
  /** Returns the token, or undefined if none is set. It is never printed or written. */
  authToken(): string | undefined;
  /** Returns the key of an encrypted database, or undefined if none is set. It is never printed or written. */
  encryptionKey(): string | undefined;
  /** Whether token and key may go to another machine over plain HTTP. Default is the environment variable's answer. */
  readonly allowHttpToken?: boolean | undefined;
}

/** The location and the settings of a project's checks. */
export interface ProjectChecks {
  readonly folder: string;
  /** Whether the config names the folder. It must then exist. */
  readonly isNamed: boolean;
  /** The time limit of each check on the working copy, in seconds. */
  readonly seconds: number;
  /** Whether a push also runs the checks on the remote. */
  readonly onRemote: boolean;
}

/**
 * The files of one environment in the state folder (`.turso`). Environments share the folder's lock, its backups and
 * the replica of a live connection. Everything else belongs to one environment, and so to one remote.
 */
export interface StateFiles {
  /** The state folder. */
  readonly directory: string;
  /** The environment's own folder within the state folder. */
  readonly environment: string;
  /** The snapshot of the remote: the cached build artefact, replaced only as a whole. */
  readonly snapshot: SnapshotFiles & { readonly dump: string };
  /** The base of the working copy. */
  readonly base: SnapshotFiles & { readonly dump: string };
  readonly lock: string;
  /** The file with this folder's unique id. */
  readonly folderId: string;
  readonly diffSql: string;
  readonly changesJson: string;
  /** All conflicts of the last push or pull, if there were any. */
  readonly conflictsJson: string;
  /** Copies of the working copy from before the latest pulls. */
  readonly backups: string;
  /** The journal of a running push; removed once its outcome is known. */
  readonly pushJournal: string;
  /** The result of that push, applied to its starting database. */
  readonly pushed: string;
  /** The starting database of that push, if it is not the base. */
  readonly pushedFrom: string;
  /** The next base, if it differs from the pushed database. */
  readonly pushedBase: string;
  /** A snapshot, or the result of an undo, on its way into the working copy. */
  readonly incoming: SnapshotFiles;
  /** The latest pushes, for undo: one file of changes each. */
  readonly pushes: string;
  /** Plans saved in this folder, until they are pushed. */
  readonly plans: string;
  /** The journal of a running pull; removed at its end. */
  readonly pullJournal: string;
  /** The default replica of a live connection. */
  readonly replica: string;
}

/** A folder with a snapshot and its manifest. */
export interface SnapshotFiles {
  readonly directory: string;
  readonly database: string;
  readonly manifest: string;
}

/** The folder of the unnamed environment. */
export const DEFAULT_ENVIRONMENT = 'default';

/** Returns the paths of an environment's files in a state folder; null is the unnamed environment. */
export function stateFiles(directory: string, name: string | null): StateFiles {
  const environment = path.join(directory, name ?? DEFAULT_ENVIRONMENT);
  return {
    directory,
    environment,
    snapshot: dumpedFiles(path.join(environment, 'snapshot')),
    base: dumpedFiles(path.join(environment, 'base')),
    lock: path.join(directory, 'lock'),
    folderId: path.join(directory, 'folder-id'),
    diffSql: path.join(environment, 'diff.sql'),
    changesJson: path.join(environment, 'changes.json'),
    conflictsJson: path.join(environment, 'conflicts.json'),
    backups: path.join(directory, 'backups'),
    pushJournal: path.join(environment, 'push.json'),
    pushed: path.join(environment, 'push.db'),
    pushedFrom: path.join(environment, 'push-from.db'),
    pushedBase: path.join(environment, 'push-base.db'),
    incoming: snapshotFiles(path.join(environment, 'incoming')),
    pushes: path.join(environment, 'pushes'),
    plans: path.join(environment, 'plans'),
    pullJournal: path.join(environment, 'pull.json'),
    replica: path.join(directory, 'live', 'replica.db'),
  };
}

function dumpedFiles(directory: string): SnapshotFiles & { readonly dump: string } {
  return { ...snapshotFiles(directory), dump: path.join(directory, 'original_dump.sql') };
}

/** Returns the paths of the files in a snapshot's folder. */
export function snapshotFiles(directory: string): SnapshotFiles {
  return {
    directory,
    database: path.join(directory, 'baseline.db'),
    manifest: path.join(directory, 'manifest.json'),
  };
}
