import path from 'node:path';
import type { Policy } from '../policy/policy';
import type { Exclude } from '../sqlite/schema/exclude';
import type { RemoteAddress } from '../remote/url';

/** One project's files and where its remote is: what every command works on. Paths are absolute. */
export interface Project {
  /** The project's folder. */
  readonly directory: string;
  /** The config file that was read, or null. */
  readonly configFile: string | null;
  /** The name of the environment in use (`--env`), or null. */
  readonly environment: string | null;
  /** The names of all environments of the config. */
  readonly environments: readonly string[];
  /** The names of the environment variables that hold the URL, the token and the encryption key; the last is null if the config names none. */
  readonly variables: {
    readonly url: string;
    readonly authToken: string;
    readonly encryptionKey: string | null;
  };
  /** What a push may do, as the config says; rules that it leaves out have their defaults. */
  readonly policy: Policy;
  readonly checks: ProjectChecks;
  /** The app's own database: plain SQLite, nothing of ours inside. */
  readonly workingCopy: string;
  /** The replica of a live connection: `TURSO_REPLICA_PATH`, else `live/replica.db` in the state folder. */
  readonly replica: string;
  /** Names and patterns of the tables and views that no command carries. */
  readonly exclude: Exclude;
  /** Whether `init` writes `original_dump.sql`. */
  readonly originalDump: boolean;
  readonly files: StateFiles;
  /** The other environments of the config that keep their state in the same folder. */
  siblings(): readonly Project[];
  /** Where the remote is; throws URL_MISSING, URL_UNSUPPORTED or CONFIG_HAS_SECRET. */
  address(): RemoteAddress;
  /** The token, or undefined where none is set. Never printed, never written. */
  authToken(): string | undefined;
  /** The key of an encrypted database, or undefined where none is set. Never printed, never written. */
  encryptionKey(): string | undefined;
}

/** Where a project's checks are, and how they are run. */
export interface ProjectChecks {
  readonly folder: string;
  /** Whether the config names the folder, so that it must be there. */
  readonly isNamed: boolean;
  /** How long each may take on the working copy, in seconds. */
  readonly seconds: number;
  /** Whether a push runs them on the remote too. */
  readonly onRemote: boolean;
}

/**
 * The files of one environment in the state folder (`.turso`). Environments share the folder's lock, its backups and the
 * replica of a live connection; everything else belongs to one environment, so to one remote.
 */
export interface StateFiles {
  /** The state folder. */
  readonly directory: string;
  /** The environment's own folder in it. */
  readonly environment: string;
  /** The remote as it was: the cached build artefact, only ever replaced whole. */
  readonly snapshot: BaselineFiles & { readonly dump: string };
  /** What the working copy was made from. */
  readonly base: BaselineFiles & { readonly dump: string };
  readonly lock: string;
  /** Tells this folder from every other one. */
  readonly folderId: string;
  readonly diffSql: string;
  readonly changesJson: string;
  /** All conflicts of the last push or pull, where it met any. */
  readonly conflictsJson: string;
  /** The working copy as it was before each of the latest pulls. */
  readonly backups: string;
  /** Says which push is under way; gone when it is known how it ended. */
  readonly pushJournal: string;
  /** What that push makes of the database that it starts from. */
  readonly pushed: string;
  /** What it starts from, if that is not the base. */
  readonly pushedFrom: string;
  /** What the base is to become, if that is not what was pushed. */
  readonly pushedBase: string;
  /** A snapshot, or what an undo left, on its way into the working copy. */
  readonly incoming: BaselineFiles;
  /** The latest pushes, to be undone: one file of changes each. */
  readonly pushes: string;
  /** Plans that were saved from here, until they are pushed. */
  readonly plans: string;
  /** Says which pull was under way; gone when it is through. */
  readonly pullJournal: string;
  /** The replica of a live connection, where it is not elsewhere. */
  readonly replica: string;
}

/** A folder that holds a baseline and its manifest. */
export interface BaselineFiles {
  readonly directory: string;
  readonly database: string;
  readonly manifest: string;
}

/** The folder of the environment without a name. */
export const DEFAULT_ENVIRONMENT = 'default';

/** Names an environment's files in a state folder; null is the environment without a name. */
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
    incoming: baselineFiles(path.join(environment, 'incoming')),
    pushes: path.join(environment, 'pushes'),
    plans: path.join(environment, 'plans'),
    pullJournal: path.join(environment, 'pull.json'),
    replica: path.join(directory, 'live', 'replica.db'),
  };
}

function dumpedFiles(directory: string): BaselineFiles & { readonly dump: string } {
  return { ...baselineFiles(directory), dump: path.join(directory, 'original_dump.sql') };
}

/** Names the files of a folder that holds a baseline. */
export function baselineFiles(directory: string): BaselineFiles {
  return {
    directory,
    database: path.join(directory, 'baseline.db'),
    manifest: path.join(directory, 'manifest.json'),
  };
}
