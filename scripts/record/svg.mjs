// Draws a terminal as SVG. Lines appear one command after the other, or at once for readers who want no motion.

const COLUMNS = 100;
const WIDTH = 8.43;
const HEIGHT = 20;
const MARGIN = 20;

/** Seconds before a command appears, and before its output does. */
const PAUSE = { command: 1.6, output: 0.6 };

const CLASSES = { 1: 'bold', 31: 'red', 32: 'green', 33: 'yellow', 36: 'blue' };

/**
 * Returns the drawing.
 *
 * @param title what it shows, for those who cannot see it
 * @param steps what is typed, and the output with the colours of a terminal
 */
export function terminalSvg(title, steps) {
  let at = 0;
  let row = 0;
  const groups = steps.flatMap(({ line, output }) => {
    const typed = line.startsWith('#') ? `\u001b[36m${line}\u001b[39m` : `\u001b[32m$\u001b[39m ${line}`;
    return [
      [typed, PAUSE.command],
      [output.trimEnd(), PAUSE.output],
    ].map(([text, pause]) => {
      if (text === '') return '';
      at += pause;
      const lines = text.split('\n').flatMap(wrapped);
      const drawn = lines.map(
        (spans) => `<text y="${MARGIN + ++row * HEIGHT}">${spans.map(span).join('')}</text>`,
      );
      return `<g style="animation-delay: ${at.toFixed(1)}s">\n${drawn.join('\n')}\n</g>`;
    });
  });
  const [width, height] = [Math.round(COLUMNS * WIDTH + 2 * MARGIN), row * HEIGHT + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">${escaped(title)}</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d6deeb; white-space: pre }
.bold { font-weight: bold } .red { fill: #ff7b72 } .green { fill: #7ee787 } .yellow { fill: #e3b341 } .blue { fill: #79c0ff }
g { animation: appear 0.1s both } @keyframes appear { from { opacity: 0 } }
@media (prefers-reduced-motion) { g { animation: none } }
</style>
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
${groups.filter((group) => group !== '').join('\n')}
</svg>
`;
}

/** Splits a line into those of a terminal, and each of them into spans of one look. */
function wrapped(line) {
  const lines = [[]];
  let [left, look] = [COLUMNS, []];
  // eslint-disable-next-line no-control-regex
  for (const [, code, text] of line.matchAll(/\u001b\[(\d+)m|([^\u001b]+)/g)) {
    if (code !== undefined) look = CLASSES[code] === undefined ? [] : [...look, CLASSES[code]];
    for (let rest = text ?? ''; rest !== '';) {
      if (left === 0) {
        lines.push([]);
        left = COLUMNS;
      }
      lines.at(-1).push({ x: COLUMNS - left, text: rest.slice(0, left), look });
      [rest, left] = [rest.slice(left), Math.max(0, left - rest.length)];
    }
  }
  return lines;
}

function span({ x, text, look }) {
  const style = look.length === 0 ? '' : ` class="${look.join(' ')}"`;
  return `<tspan x="${(MARGIN + x * WIDTH).toFixed(2)}"${style}>${escaped(text)}</tspan>`;
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
