import { styleText } from 'node:util';
import type { Layout, Line } from '../report/terminal/line';

/** What the terminal that an answer goes to is like; a file or a pipe takes lines of any length. */
export async function layoutOf(stream: NodeJS.WriteStream): Promise<Layout> {
  const { default: widthOf } = await import('fast-string-width');
  return stream.isTTY && stream.columns > 0 ? { widthOf, columns: stream.columns } : { widthOf };
}

/** Whether a stream shows colours; NO_COLOR and FORCE_COLOR decide, then the terminal. */
export function hasColors(stream: NodeJS.WriteStream, env = process.env): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '' } = env;
  if (force !== '') return !['0', 'false'].includes(force);
  return no === '' && stream.isTTY && stream.hasColors();
}

/** Lines of a text in colour. A text has as many lines as it has paints, and what makes colours is not in it. */
export function painted(text: string, lines: readonly Line[]): string {
  return text
    .split('\n')
    .map((line, i) => {
      const paint = lines[i]?.paint;
      return paint === undefined ? line : styleText(paint, line);
    })
    .join('\n');
}
