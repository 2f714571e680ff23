import path from 'node:path';
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
  /** The names of the environment variables that hold the URL and the token. */
  readonly variables: { readonly url: string; readonly authToken: string };
  /** The app's own database: plain SQLite, nothing of ours inside. */
  readonly workingCopy: string;
  /** The replica of a live connection: `TURSO_REPLICA_PATH`, else `live/replica.db` in the state folder. */
  readonly replica: string;
  readonly files: StateFiles;
  /** Where the remote is; throws URL_MISSING, URL_UNSUPPORTED or CONFIG_HAS_SECRET. */
  address(): RemoteAddress;
  /** The token, or undefined where none is set. Never printed, never written. */
  authToken(): string | undefined;
}

/** The files in the state folder (`.turso`). */
export interface StateFiles {
  readonly directory: string;
  /** The remote as it was: the cached build artefact, only ever replaced whole. */
  readonly snapshot: BaselineFiles & { readonly dump: string };
  /** What the working copy was made from. */
  readonly base: BaselineFiles & { readonly dump: string };
  readonly lock: string;
  readonly diffSql: string;
  readonly changesJson: string;
  /** All conflicts of the last push or pull, where it met any. */
  readonly conflictsJson: string;
  /** The working copy as it was before each of the latest pulls. */
  readonly backups: string;
  /** Says which push is under way; gone when it is known how it ended. */
  readonly pushJournal: string;
  /** What that push makes of the base. */
  readonly pushed: string;
  /** The latest pushes, to be undone: one file of changes each. */
  readonly pushes: string;
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

/** Names the files of a state folder. */
export function stateFiles(directory: string): StateFiles {
  return {
    directory,
    snapshot: dumpedFiles(path.join(directory, 'snapshot')),
    base: dumpedFiles(path.join(directory, 'base')),
    lock: path.join(directory, 'lock'),
    diffSql: path.join(directory, 'diff.sql'),
    changesJson: path.join(directory, 'changes.json'),
    conflictsJson: path.join(directory, 'conflicts.json'),
    backups: path.join(directory, 'backups'),
    pushJournal: path.join(directory, 'push.json'),
    pushed: path.join(directory, 'push.db'),
    pushes: path.join(directory, 'pushes'),
    pullJournal: path.join(directory, 'pull.json'),
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
