import type { Project, TextOptions } from 'turso-core/own-process';

/** Nx keeps what a task prints, in its cache too. So no value of a row is printed; keys and columns tell which rows are meant. */
export const NO_VALUES: TextOptions = { values: false };

/** The text of a conflict, with the file that has the values. */
export function withValuesFile(text: string, { files }: Pick<Project, 'files'>): string {
  return `${text}\nThe values are in ${files.conflictsJson}.`;
}
