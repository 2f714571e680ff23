/** The colour of a line, if the terminal has colours. */
export type Paint = 'red' | 'green' | 'yellow' | 'bold';

/** A line for a terminal. */
export interface Line {
  readonly text: string;
  readonly paint?: Paint;
}

/** The measures of the place for a text. */
export interface Layout {
  /** The most columns of a line. Default is any number. */
  readonly columns?: number;
  /** Returns the width of a text in columns. Default is one for each character. */
  readonly widthOf?: (text: string) => number;
}

/** Returns the width of a text in columns, if there is no better measure. */
export function plainWidth(text: string): number {
  return Array.from(text).length;
}

/** Cuts a text to at most this many columns. */
export function fitted(text: string, columns: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= columns) return text;
  let [kept, width] = ['', 1];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}
