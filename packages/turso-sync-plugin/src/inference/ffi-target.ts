import type { TargetConfiguration } from '@nx/devkit';
import { EXPLAINED, metadataOf } from './explained';
import { vendorFolder } from '../ffi/options';
import { nodeCommand } from '../node-command';
import type { FfiFolder } from './ffi-folders';

/** Environment variables that change the result of cargo and dune. */
const VARIABLES = ['RUSTFLAGS', 'CARGO_BUILD_TARGET', 'CC', 'CFLAGS'];

/**
 * Returns the target that builds a crate and its dependents. Its key covers all files of the project, since a build may
 * read any of them, and the versions of the toolchain. Its outputs are the archive and dune's installed files.
 */
export function ffiTarget(
  workspaceRoot: string,
  projectRoot: string,
  targetName: string,
  { vendor }: FfiFolder,
): TargetConfiguration {
  // Vendored sources are an output, so dune can build the project after a build from the cache.
  const library = vendor === null ? 'target/localized' : vendorFolder(vendor);
  const made = ['target', '_build', '_install', ...(vendor === null ? [] : [library])];
  return {
    executor: 'turso-sync-plugin:ffi-build',
    options: {},
    cache: true,
    dependsOn: [`^${targetName}`],
    inputs: [
      '{projectRoot}/**/*',
      ...made.map((folder) => `!{projectRoot}/${folder}/**/*`),
      // For a crate in a workspace of cargo's.
      ...['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', '.cargo/config.toml'].map(
        (file) => `{workspaceRoot}/${file}`,
      ),
      '^default',
      ...VARIABLES.map((env) => ({ env })),
      {
        runtime: nodeCommand(workspaceRoot, 'ffi/print-toolchain.js', [
          projectRoot,
          ...(vendor === null ? [] : [vendor]),
        ]),
      },
      // Without this, every new version of any npm package would give a new key.
      { externalDependencies: [] },
    ],
    outputs: [`{projectRoot}/${library}`, '{projectRoot}/_install'],
    metadata: metadataOf(targetName, EXPLAINED['ffi-build'], ['rust', 'ocaml', 'turso']),
  };
}
