import path from 'node:path';
import type { Tree } from '@nx/devkit';
import { CONFIG_FILES } from '../inference/config-files';
import type { Basics } from './load-basics';

/** Checks whether a project, by its folder, has a config of turso-sync. */
export function hasConfig(tree: Tree, { readJson }: Basics, root: string): boolean {
  if (CONFIG_FILES.some((file) => tree.exists(path.posix.join(root, file)))) return true;
  const manifest = path.posix.join(root, 'package.json');
  return tree.exists(manifest) && Object.hasOwn(readJson<object>(tree, manifest), 'turso-sync');
}
