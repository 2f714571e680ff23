/** The colour of a line, if the terminal has colours. */
export type Paint = 'red' | 'green' | 'yellow' | 'bold';

/** A line for a terminal. */
export interface Line {
  readonly text: string;
  readonly paint?: Paint;
}

/** What the place of a text is like. */
export interface Layout {
  /** Columns that a line may have. Default is any number. */
  readonly columns?: number;
  /** Columns that a text takes. Default is one for each character. */
  readonly widthOf?: (text: string) => number;
}

/** The columns that a text takes, if nobody knows better. */
export function plainWidth(text: string): number {
  return Array.from(text).length;
}

/** A text in at most so many columns. */
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
