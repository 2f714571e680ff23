import fs from 'node:fs';
import path from 'node:path';
import { printAs } from './nx-process';
import { runFolder } from './run-folder';
import { summaryTable } from './summary-table';
import type { TaskNote } from './task-note';

/** Nx's facts about a run that is over. */
export interface RunEnd {
  readonly id: string;
  readonly workspaceRoot: string;
}

/** Folders of runs that never ended are removed after a day, in milliseconds. */
const A_DAY = 86_400_000;

/**
 * Prints how the pushes ended. Nx calls this after the tasks of a run, since Nx 23 and later hide the output of
 * successful tasks. Nx itself prints the pushes that did not run. Without a push, it looks for one folder and does
 * nothing.
 */
export function postTasksExecution(_options: unknown, { id, workspaceRoot }: RunEnd): void {
  const folder = runFolder(workspaceRoot, id);
  const notes = readNotes(folder);
  if (notes.length === 0) return;
  removeOld(folder);
  const nx = notes.find((note) => note.nx !== null)?.nx ?? null;
  printAs(nx, `\nturso-sync:\n${summaryTable(notes)}\n`);
}

function readNotes(folder: string): TaskNote[] {
  try {
    return fs
      .readdirSync(folder)
      .map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as TaskNote);
  } catch {
    // There are no notes, or one is damaged.
    return [];
  }
}

function removeOld(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
    const runs = path.dirname(folder);
    for (const name of fs.readdirSync(runs)) {
      const run = path.join(runs, name);
      if (Date.now() - fs.statSync(run).mtimeMs > A_DAY) fs.rmSync(run, { recursive: true, force: true });
    }
  } catch {
    // Another run has removed the same.
  }
}
