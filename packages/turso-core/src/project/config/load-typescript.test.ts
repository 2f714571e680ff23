import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { loadProject } from '../load-project';

const BUILT = path.join(__dirname, '..', '..', '..', 'dist', 'index.js');

async function urlVariable(config: string): Promise<string> {
  const directory = makeTempDir();
  fs.writeFileSync(path.join(directory, 'turso-sync.config.ts'), config);
  const { variables } = await loadProject({ cwd: directory });
  expect(fs.readdirSync(directory)).toEqual(['turso-sync.config.ts']);
  return variables.url;
}

/** Checks whether the config file itself runs, and not a compiled copy beside it. */
const IS_ITSELF = '/turso-sync\\.config\\.ts:/.test(new Error().stack ?? "") ? "ITSELF" : "OTHER"';

test.each([
  [
    'its types',
    `const config: { urlVariable: string } = { urlVariable: ${IS_ITSELF} }; export default config;`,
  ],
  [
    'an import of types',
    `import type { Config } from 'turso-core'; export default { urlVariable: ${IS_ITSELF} } satisfies Config;`,
  ],
  [
    'an import of what is used as a type only',
    `import { Config } from 'turso-core'; export default { urlVariable: ${IS_ITSELF} } as Config;`,
  ],
  [
    'an enum',
    `enum Name { A = 'ITSELF' } export default { urlVariable: ${IS_ITSELF} === 'ITSELF' ? Name.A : 'OTHER' };`,
  ],
])('a config with %s only is evaluated as it is', async (_, config) => {
  expect(await urlVariable(config)).toBe('ITSELF');
});

// Jest has no dynamic import, so this needs its own process.
test('a config that imports a value has it', () => {
  const directory = makeTempDir();
  const config =
    "import name from './name.cjs'; const known: string = name; export default { workingCopy: known };";
  fs.writeFileSync(path.join(directory, 'turso-sync.config.ts'), config);
  fs.writeFileSync(path.join(directory, 'name.cjs'), "module.exports = 'from-a-file.db';");
  const script = `require(${JSON.stringify(BUILT)}).loadProject().then((project) => console.log(project.workingCopy));`;
  const printed = execFileSync(process.execPath, ['-e', script], { cwd: directory, encoding: 'utf8' });
  expect(path.basename(printed)).toBe('from-a-file.db\n');
});

test.each([
  ['throws', 'throw new Error("on purpose"); export default {};', /on purpose/],
  ['throws what is no error', 'throw "on purpose"; export default {};', /on purpose/],
  ['has no default export', 'export const config = {};', /config/],
])('one that %s is refused', async (_, config, message) => {
  await expect(urlVariable(config)).rejects.toThrow(message);
});
