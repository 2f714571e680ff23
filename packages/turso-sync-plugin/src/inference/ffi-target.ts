import type { TargetConfiguration } from '@nx/devkit';
import { EXPLAINED, metadataOf } from './explained';
import { vendorFolder } from '../ffi/options';
import { nodeCommand } from '../node-command';
import type { FfiFolder } from './ffi-folders';

/** Environment variables that change what cargo and dune build. */
const VARIABLES = ['RUSTFLAGS', 'CARGO_BUILD_TARGET', 'CC', 'CFLAGS'];

/**
 * The target that builds a crate and what links it. Its key are all files of the project, since a build may read any of
 * them, and the versions of the toolchain; its outputs are the archive and what dune installs.
 */
export function ffiTarget(
  workspaceRoot: string,
  projectRoot: string,
  targetName: string,
  { vendor }: FfiFolder,
): TargetConfiguration {
  // Vendored sources are an output, so that a build that comes from the cache leaves a project that dune can build.
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
      // Where the crate belongs to a workspace of cargo's.
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
      // Without this, every bump of any npm package would be a new key.
      { externalDependencies: [] },
    ],
    outputs: [`{projectRoot}/${library}`, '{projectRoot}/_install'],
    metadata: metadataOf(targetName, EXPLAINED['ffi-build'], ['rust', 'ocaml', 'turso']),
  };
}
