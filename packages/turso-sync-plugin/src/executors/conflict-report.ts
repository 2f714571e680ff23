import type { Project, TextOptions } from 'turso-core/own-process';

/**
 * Nx keeps the output of a task, in its cache too. So no value of a row is printed. Keys and columns identify the rows.
 */
export const NO_VALUES: TextOptions = { values: false };

/** Returns the text of a conflict, with the name of the file with the values. */
export function withValuesFile(text: string, { files }: Pick<Project, 'files'>): string {
  return `${text}\nThe values are in ${files.conflictsJson}.`;
}
