import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from '../errors';

/**
 * Shows a text by a pager if it is longer than the terminal: by the program that PAGER names, else by `less`, as git does. Returns
 * whether it was shown.
 */
export function showPaged(text: string, stream: NodeJS.WriteStream, env = process.env): boolean {
  if (!stream.isTTY || text.split('\n').length < stream.rows) return false;
  const pager = env['PAGER'] ?? (isInPath('less', env) ? 'less' : '');
  if (pager === '' || pager === 'cat') return false;
  const { status, error } = spawnSync(pager, {
    shell: true,
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
    // Colours get through, a short text needs no key, and the text stays on the screen.
    env: { LESS: 'FRX', ...env },
  });
  // The shell has not found it, or must not run it. Whether it was sent anything by then is a matter of chance.
  if (status === 126 || status === 127) return false;
  // A pager that is left early has read only a part.
  return (status === 0 && error === undefined) || systemCode(error) === 'EPIPE';
}

function isInPath(program: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  return PATH.split(path.delimiter).some((folder) => {
    try {
      fs.accessSync(path.join(folder, program), fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
