import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { systemCode } from '../../errors';
import { loadCosmiconfig } from './cosmiconfig';

/**
 * Loads the current content of a JavaScript config. Node keeps modules until the process ends, and Nx's daemon may run
 * all day. So each content of the file is its own module.
 */
export async function loadScript(file: string, content: string): Promise<unknown> {
  const path = fs.realpathSync(file);
  const version = createHash('sha256').update(content).digest('hex');
  // CommonJS modules are cached only by their path.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete require.cache[path];
  try {
    const module = (await import(`${pathToFileURL(path).href}?${version}`)) as { default: unknown };
    return module.default;
  } catch (error) {
    // Jest has require, but no import.
    if (!systemCode(error).startsWith('ERR_VM_DYNAMIC_IMPORT'))
      throw error instanceof Error ? error : new Error(`it throws ${String(error)}.`);
    return (await loadCosmiconfig().defaultLoaders['.js'](file, content)) as unknown;
  }
}
