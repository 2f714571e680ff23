import fs from 'node:fs';
import path from 'node:path';
import { run, type Ended } from './workspace.fixture';

const SOURCE = `import { diff, loadProject, push, TursoSyncError } from 'turso-core';
import { openLive, type Live } from 'turso-core/live';
import { createNodesV2, name, type InitExecutorOptions, type PluginOptions } from 'turso-sync-plugin';
export const options: PluginOptions = { produce: 'schedule', pushAfter: ['test'] };
export const init: InitExecutorOptions = { env: 'staging', force: true };
export const live = (): Promise<Live> => openLive({ url: 'file:x.db' });
export async function work(): Promise<number> {
  const project = await loadProject();
  const { changes } = await diff(project, { table: 'people' });
  if (changes.total.insert > 0) await push(project, { dryRun: true });
  return createNodesV2[0].length + name.length + Number(new TursoSyncError('USAGE', '').retryable);
}
`;

/** Compiles a program that uses the packages of a workspace, and checks the types of all that these use. */
export async function checkTypes(place: string, module: 'nodenext' | 'bundler'): Promise<Ended> {
  const folder = path.join(place, `types-${module}`);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'use.mts'), SOURCE);
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    ...(module === 'nodenext'
      ? { module: 'nodenext', moduleResolution: 'nodenext' }
      : { module: 'esnext', moduleResolution: 'bundler' }),
  };
  fs.writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['use.mts'] }),
  );
  return run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', folder], process.env, place);
}
