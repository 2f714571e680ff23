import path from 'node:path';
import type { Tree } from '@nx/devkit';
import { loadProject } from 'turso-core/own-process';
import { hasConfig } from '../generators/has-config';
import type { Basics } from '../generators/load-basics';
import { resolveOptions, type PluginOptions } from '../inference/options';
import type { WorkflowFacts } from './workflow-facts';

/** Values that replace those of the workspace. */
export interface GivenFacts {
  readonly produce?: string | undefined;
  readonly environment?: string | undefined;
}

const PLUGIN = 'turso-sync-plugin';

/** Collects from a workspace the facts for its CI workflow. */
export async function findFacts(tree: Tree, basics: Basics, given: GivenFacts): Promise<WorkflowFacts> {
  const nxJson = basics.readNxJson(tree) ?? {};
  const entry = (nxJson.plugins ?? []).find(
    (plugin) => typeof plugin !== 'string' && plugin.plugin === PLUGIN,
  );
  const options = resolveOptions(
    typeof entry === 'object' ? (entry.options as PluginOptions | undefined) : undefined,
  );
  return {
    branch: (nxJson.defaultBase ?? 'main').replace(/^origin\//, ''),
    ...packageManager(tree),
    nodeFile: NODE_FILES.find((file) => saysNode(tree, basics, file)) ?? null,
    nodeVersion: nodeVersion(tree),
    variables: await variablesOf(tree, basics, given.environment ?? options.env),
    produce: given.produce ?? options.produce ?? null,
    environment: given.environment ?? null,
    targets: {
      diff: options.diffTargetName,
      check: options.checkTargetName,
      push: options.pushTargetName,
    },
  };
}

const NODE_FILES = ['.nvmrc', '.node-version', '.tool-versions', 'package.json'];

function saysNode(tree: Tree, { readJson }: Basics, file: string): boolean {
  if (!tree.exists(file)) return false;
  if (file === '.tool-versions') return /^nodejs\s/m.test(tree.read(file, 'utf8') ?? '');
  if (file !== 'package.json') return true;
  const { engines, volta } = readJson<{ engines?: { node?: string }; volta?: { node?: string } }>(tree, file);
  return engines?.node !== undefined || volta?.node !== undefined;
}

/**
 * Returns the Node version named in a file. Otherwise returns the running major version, or the one before if it is
 * odd: even ones have long-term support.
 */
function nodeVersion(tree: Tree): string {
  for (const file of ['.nvmrc', '.node-version']) {
    const named = /^v?(\d+(?:\.\d+){0,2})\s*$/.exec(
      tree.exists(file) ? (tree.read(file, 'utf8') ?? '') : '',
    )?.[1];
    if (named !== undefined) return named;
  }
  const major = Number(process.versions.node.split('.')[0]);
  return String(major - (major % 2));
}

function packageManager(tree: Tree): Pick<WorkflowFacts, 'exec' | 'install'> {
  const corepack = 'command -v corepack > /dev/null || npm install --global corepack';
  if (tree.exists('pnpm-lock.yaml'))
    return {
      exec: 'pnpm exec',
      install: [corepack, 'corepack enable', 'pnpm install --frozen-lockfile'],
    };
  if (tree.exists('yarn.lock')) {
    const isClassic = !tree.exists('.yarnrc.yml');
    const install = isClassic ? 'yarn install --frozen-lockfile' : 'yarn install --immutable';
    return { exec: 'yarn', install: [corepack, 'corepack enable', install] };
  }
  return { exec: 'npx', install: [tree.exists('package-lock.json') ? 'npm ci' : 'npm install'] };
}

/** Returns the variables of all projects with a config. Without any config, returns the default ones. */
async function variablesOf(tree: Tree, basics: Basics, env: string | undefined): Promise<string[]> {
  const names = new Set<string>();
  for (const { root } of basics.getProjects(tree).values()) {
    if (!hasConfig(tree, basics, root)) continue;
    const cwd = path.join(tree.root, root);
    const plain = await loadProject({ cwd });
    const project =
      env === undefined || !plain.environments.includes(env) ? plain : await loadProject({ cwd, env });
    const { url, authToken, encryptionKey } = project.variables;
    for (const name of [url, authToken, encryptionKey]) if (name !== null) names.add(name);
  }
  return names.size === 0 ? ['TURSO_DATABASE_URL', 'TURSO_AUTH_TOKEN'] : [...names];
}
