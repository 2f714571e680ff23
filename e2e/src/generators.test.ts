import fs from 'node:fs';
import path from 'node:path';
import { checkGenerators } from './generators.fixture';
import { workspace } from './workspace.fixture';

test('generators write what they say, and nothing in a dry run, also where @nx/devkit is installed', async () => {
  const files = ['nx.json', '.gitignore'].map((name) => path.join(workspace, name));
  const before = files.map((file) => fs.readFileSync(file));
  try {
    await checkGenerators(workspace);
  } finally {
    files.forEach((file, i) => fs.writeFileSync(file, before[i] ?? ''));
  }
});
