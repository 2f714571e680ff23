import { spawnSync } from 'node:child_process';
import { systemCode } from '../errors';

/**
 * Shows a text by the program that PAGER names, if it is longer than the terminal. Returns whether it was shown.
 */
export function showPaged(text: string, stream: NodeJS.WriteStream, env = process.env): boolean {
  const { PAGER: pager = '' } = env;
  if (pager === '' || !stream.isTTY || text.split('\n').length < stream.rows) return false;
  const { status, error } = spawnSync(pager, {
    shell: true,
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
    // Colours get through, and a short text needs no key.
    env: { LESS: 'FRX', ...env },
  });
  // The shell has not found it, or must not run it. Whether it was sent anything by then is a matter of chance.
  if (status === 126 || status === 127) return false;
  // A pager that is left early has read only a part.
  return (status === 0 && error === undefined) || systemCode(error) === 'EPIPE';
}
