// Writes a report of what turso-core exports, entry by entry, to packages/turso-core/api. A change of the public API shows
// in it. `--check` fails if a report is not what the build says. Both fail if an exported declaration uses a type that is
// not exported, or if it, or a member of it, has no comment. Needs a build.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { readApi } from './api/read-api.mjs';

const PACKAGE = path.resolve('packages/turso-core');

/** The entries for programs. `own-process` and `fingerprint` are for our own plugin. */
const ENTRIES = {
  'turso-core': 'index',
  'turso-core/live': 'live/index',
  'turso-core/report': 'report/index',
};

const isCheck = process.argv.includes('--check');
const { entries, problems } = readApi(
  Object.entries(ENTRIES).map(([name, file]) => ({ name, file: path.join(PACKAGE, 'dist', `${file}.d.ts`) })),
  path.join(PACKAGE, 'dist'),
);
for (const { name, declarations } of entries) {
  const file = path.join(PACKAGE, 'api', `${name.replace('/', '-')}.md`);
  const text = await prettier.format(pageOf(name, declarations), {
    ...(await prettier.resolveConfig(file)),
    parser: 'markdown',
  });
  if (!isCheck) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (readOrNothing(file) !== text)
    problems.push(
      `${path.relative('.', file)} is not what the build says. If you mean the change: node scripts/api-report.mjs`,
    );
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function pageOf(name, declarations) {
  return `# API of \`${name}\`

\`scripts/api-report.mjs\` writes this page from the build. Do not edit it.

\`\`\`ts
${declarations.join('\n\n')}
\`\`\`
`;
}

function readOrNothing(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
