// Nx runs this, from the workspace's root, before every run that takes a snapshot:
// `node main.js <project's folder> <target> <variable of the URL> <variable of the token>`
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { fingerprint, parseRemoteUrl, TursoSyncError } from 'turso-core';
import { taskVariables } from './task-variables';

/** Longest wait for the remote, in milliseconds. */
const PATIENCE = 10_000;

void print();

// It never fails, since Nx takes no notice of that. What has no equal is no cache hit; then the task itself says why.
async function print(): Promise<void> {
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE, null));
  const mark = await Promise.race([remoteMark(), late]).catch((error: unknown) =>
    error instanceof TursoSyncError ? { reason: error.code } : null,
  );
  const text = typeof mark === 'string' ? mark : `${mark?.reason ?? 'unknown'} ${randomUUID()}`;
  process.stdout.write(`${text}\n`, () => process.exit(0));
}

async function remoteMark(): Promise<string | null> {
  const [projectRoot = '.', target = '', urlVariable = '', tokenVariable = ''] = process.argv.slice(2);
  const workspaceRoot = process.cwd();
  const directory = path.resolve(projectRoot);
  const variables = taskVariables({ workspaceRoot, projectRoot, target, environment: process.env });
  const [url, token] = [variables[urlVariable], variables[tokenVariable]].map((value) => value?.trim() ?? '');
  // Nx replaces ${..} in its files, so that the task's URL is another than this text.
  if (url === undefined || url === '' || url.includes('$')) return null;
  return fingerprint({
    directory,
    address: () => parseRemoteUrl(url, directory),
    authToken: () => (token === '' ? undefined : token),
  });
}
