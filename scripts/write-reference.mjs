// Writes the pages of docs/reference from the sources: commands, executors and generators, config keys, error codes, JSON. `--check`
// fails if a page is not what the sources say. Needs a build.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { commandsPage } from './reference/commands.mjs';
import { configPage } from './reference/config.mjs';
import { errorsPage } from './reference/errors.mjs';
import { executorsPage } from './reference/executors.mjs';
import { jsonPage } from './reference/json.mjs';

const pages = {
  commands: commandsPage,
  executors: executorsPage,
  config: configPage,
  errors: errorsPage,
  json: jsonPage,
};
const isCheck = process.argv.includes('--check');
const old = [];
for (const [name, page] of Object.entries(pages)) {
  const file = path.join('docs/reference', `${name}.md`);
  const options = await prettier.resolveConfig(file);
  const text = await prettier.format(page(), { ...options, parser: 'markdown' });
  if (!isCheck) writeFileSync(file, text);
  else if (readOrNothing(file) !== text) old.push(file);
}
if (old.length > 0) {
  console.error(`Not what the sources say: ${old.join(', ')}. Run: node scripts/write-reference.mjs`);
  process.exitCode = 1;
}

function readOrNothing(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
