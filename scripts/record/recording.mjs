// Writes docs/recording.svg, which shows the real output of the command. `--check` fails if it is not current. Needs a build, and the
// `sqlite3` shell.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inShop, type } from './story.mjs';
import { terminalSvg } from './svg.mjs';

const FILE = path.join(import.meta.dirname, '../../docs/recording.svg');

const TITLE =
  'A terminal: init takes the database, an edit of the file is shown by diff and pushed. A second edit conflicts with a change on the remote, and the push writes nothing.';

const LINES = [
  'npx turso-sync init',
  `sqlite3 working_copy.db "UPDATE products SET cents = 209 WHERE name = 'pen'"`,
  'npx turso-sync diff --values',
  'npx turso-sync push',
  '# Meanwhile, somebody else changes the price of ink. So do you.',
  `sqlite3 remote.db "UPDATE products SET cents = 500 WHERE name = 'ink'"`,
  `sqlite3 working_copy.db "UPDATE products SET cents = 480 WHERE name = 'ink'"`,
  'npx turso-sync push',
];

const drawing = await inShop((folder) =>
  terminalSvg(
    TITLE,
    LINES.map((line) => ({ line, output: line.startsWith('#') ? '' : type(folder, line) })),
  ),
);
if (!process.argv.includes('--check')) writeFileSync(FILE, drawing);
else if (readFileSync(FILE, 'utf8') !== drawing) {
  console.error('docs/recording.svg is not what the command says. Run: node scripts/record/recording.mjs');
  process.exitCode = 1;
}
