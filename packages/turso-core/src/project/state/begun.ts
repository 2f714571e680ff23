import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../../errors';
import type { Project } from '../project';

type Begun = Pick<Project, 'files' | 'workingCopy'>;

/**
 * Notes beside the environments' folders that this one has had a base, and of which working copy. If its folder is lost,
 * the environment must not look new: by now the remote may have rows missing from another environment's base.
 */
export function noteBegun({ files, workingCopy }: Begun): void {
  const note = noteOf(files);
  // Relative, so it stays true if somebody moves or copies the project.
  const place = path.relative(files.directory, workingCopy);
  if (readNote(note) === place) return;
  fs.mkdirSync(path.dirname(note), { recursive: true, mode: 0o700 });
  fs.writeFileSync(note, place, { mode: 0o600 });
}

/** Checks whether an environment has had a base. */
export function hasBegun(files: Begun['files']): boolean {
  return fs.existsSync(noteOf(files));
}

/**
 * Throws STATE_SHARED if the base belongs to another working copy that still exists. What was pushed from there is in
 * the base, and missing here: it would look deleted. A working copy that no longer exists has been renamed.
 */
export function refuseOtherCopy({ files, workingCopy }: Begun): void {
  const place = readNote(noteOf(files));
  // Early builds noted nothing.
  const other = place === '' ? workingCopy : path.resolve(files.directory, place);
  if (other === workingCopy || !fs.existsSync(other) || isSameFile(other, workingCopy)) return;
  throw new TursoSyncError(
    'STATE_SHARED',
    `The state in ${files.environment} belongs to another working copy, ${other}.`,
    {
      hint: `Give each working copy its own "stateDir". If ${workingCopy} replaces the other one, run \`turso-sync init --force\`: it takes the remote, and keeps a dated backup.`,
    },
  );
}

/** Two names of one file: a link, or letters in another case. */
function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((file) => fs.statSync(file, { throwIfNoEntry: false, bigint: true }));
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
}

function readNote(note: string): string {
  return fs.existsSync(note) ? fs.readFileSync(note, 'utf8') : '';
}

function noteOf({ directory, environment }: Begun['files']): string {
  return path.join(directory, BEGUN, path.basename(environment));
}

/** The folder of these notes in the state folder. No environment can have this name. */
export const BEGUN = '.begun';
