// Writes the tables of folders into docs/architecture.md, from the sentence in each folder's README.md. `--check` fails if a table is
// not current, or if a folder with source files has no such sentence.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';

const PAGE = 'docs/architecture.md';
const SOURCE = /\.(?:ts|js|mjs|cjs|rs|ml|mli|c|h)$/;
const SENTENCE = /^[A-Z`][^\n]{9,139}\.\n$/;

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
}).split('\n');
const sources = tracked.filter((file) => SOURCE.test(file) && existsSync(file));
const folders = [...new Set(sources.map((file) => path.posix.dirname(file)))].sort();

const problems = folders.flatMap((folder) => {
  const text = readOrNothing(path.join(folder, 'README.md'));
  if (text === '') return [`${folder} has no README.md with one sentence about the folder`];
  const isPackage = existsSync(path.join(folder, 'package.json'));
  return isPackage || isSentence(text) ? [] : [`${folder}/README.md is not one sentence, in one line`];
});

const old = readFileSync(PAGE, 'utf8');
const page = await prettier.format(
  old.replace(
    /(<!-- folders of (\S+) -->\n)[^]*?(<!-- end -->)/g,
    (_, start, root, end) => `${start}\n${table(root)}\n\n${end}`,
  ),
  { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' },
);
if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (page !== old)
  problems.push(`${PAGE} is not what the folders say. Run: node scripts/write-folders.mjs`);

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** One row for each folder below the root that has a sentence. */
function table(root) {
  const rows = tracked
    .filter((file) => file.startsWith(`${root}/`) && file.endsWith('/README.md') && existsSync(file))
    .map((file) => path.posix.dirname(file))
    .filter((folder) => folder !== root)
    .sort();
  const lines = rows.map(
    (folder) =>
      `| \`${folder.slice(root.length + 1)}/\` | ${readFileSync(path.join(folder, 'README.md'), 'utf8').trim()} |`,
  );
  return ['| folder | holds |', '| --- | --- |', ...lines].join('\n');
}

function isSentence(text) {
  return SENTENCE.test(text) && !/[.!?] [A-Z]/.test(text);
}

function readOrNothing(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
