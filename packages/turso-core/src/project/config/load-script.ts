import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { systemCode } from '../../errors';
import { loadCosmiconfig } from './cosmiconfig';

/**
 * Loads a config in JavaScript as it is now. Node keeps modules for as long as the process lives, which for Nx's daemon
 * is until the evening; so each content of the file is a module of its own.
 */
export async function loadScript(file: string, content: string): Promise<unknown> {
  const path = fs.realpathSync(file);
  const version = createHash('sha256').update(content).digest('hex');
  // CommonJS modules are kept by their path alone.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete require.cache[path];
  try {
    const module = (await import(`${pathToFileURL(path).href}?${version}`)) as { default: unknown };
    return module.default;
  } catch (error) {
    // Jest has no import, but it has require.
    if (!systemCode(error).startsWith('ERR_VM_DYNAMIC_IMPORT'))
      throw error instanceof Error ? error : new Error(`it throws ${String(error)}.`);
    return (await loadCosmiconfig().defaultLoaders['.js'](file, content)) as unknown;
  }
}
