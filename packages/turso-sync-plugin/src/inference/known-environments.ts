import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { loadEnvironments, type Environments } from '../configurations/load-environments';

/** The environments of each project, with the digest of their files. */
const known = new Map<string, { readonly digest: string; readonly environments: Promise<Environments> }>();

/**
 * Reads a project's config, and reads it again only after a change. To read one in TypeScript briefly writes a file
 * beside it. Nx's daemon would then infer all targets again, without end.
 */
export async function knownEnvironments(
  workspaceRoot: string,
  projectRoot: string,
  configs: readonly string[],
  env: string | undefined,
): Promise<Environments> {
  const cwd = path.join(workspaceRoot, projectRoot);
  const digest = digestOf(workspaceRoot, configs);
  const key = JSON.stringify([cwd, env]);
  const before = known.get(key);
  if (before?.digest === digest) return before.environments;
  const environments = loadEnvironments({ cwd, ...(env === undefined ? {} : { env }) });
  known.set(key, { digest, environments });
  return environments;
}

function digestOf(workspaceRoot: string, files: readonly string[]): string {
  const digest = createHash('sha256');
  for (const file of files)
    digest.update(`${file}\0`).update(fs.readFileSync(path.join(workspaceRoot, file)));
  return digest.digest('hex');
}
