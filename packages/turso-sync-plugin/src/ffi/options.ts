import path from 'node:path';
import { TursoSyncError } from 'turso-core/own-process';

/** The options of a build, in project.json under `options`. Folders are relative to the project's. */
export interface FfiBuildOptions {
  /** The folder of the crate. Default is the project's own, or that of {@link FfiBuildOptions.vendor}. */
  readonly crate?: string;
  /**
   * An npm package with a crate and an OCaml library, such as `turso-ffi`. Its sources are copied to `vendor/<package>`
   * before the build, for dune to find. Default: none.
   */
  readonly vendor?: string;
  /** The profile of cargo. Default is `release`. dune builds with its profile of the same name, or else with `dev`. */
  readonly profile?: string;
  /** Features of the crate, besides its default ones. Default: none. */
  readonly features?: readonly string[];
  /** The target triple that cargo builds for. Default is the machine's own. */
  readonly target?: string;
  /** The prefix of the C functions that stay visible. Default is the library's name up to its first `_`. */
  readonly symbols?: string;
  /** The targets for dune. Default is `@install`. */
  readonly duneTargets?: readonly string[];
  /** Leave dune out. Default is false. */
  readonly cargoOnly?: boolean;
  /** Build without asking any registry. Default is false. */
  readonly offline?: boolean;
  /** Further environment variables for cargo, dune and the programs that they run. */
  readonly env?: Readonly<Record<string, string>>;
  /** The reaction to a missing program: `fail` (default), or `skip` the build with a line that says so. */
  readonly whenMissing?: 'fail' | 'skip';
}

/** The options with all defaults filled in, and folders as absolute paths. */
export interface BuildSettings extends Required<
  Pick<FfiBuildOptions, 'profile' | 'features' | 'duneTargets' | 'cargoOnly' | 'offline' | 'whenMissing'>
> {
  /** The project's folder, in which dune works. */
  readonly project: string;
  readonly crate: string;
  readonly vendor: string | null;
  readonly target: string | null;
  readonly symbols: string | null;
  /** Cargo's folder for its results. Null stands for cargo's own choice. */
  readonly targetDir: string | null;
  /** The environment of all programs. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder for the archive, and nothing else. */
  readonly localized: string;
  /** The folder for dune's installed files, and nothing else. */
  readonly installed: string;
}

/** Returns the folder of vendored sources, relative to the project's. */
export function vendorFolder(name: string): string {
  return `vendor/${name}`;
}

/** Fills in the defaults. Throws USAGE for a crate outside of the project, since no output could hold it. */
export function resolveOptions(options: FfiBuildOptions, project: string): BuildSettings {
  const vendor = options.vendor ?? null;
  const crate = path.resolve(project, options.crate ?? (vendor === null ? '.' : vendorFolder(vendor)));
  if (crate !== project && !crate.startsWith(project + path.sep))
    throw new TursoSyncError('USAGE', `The crate ${crate} is not in the project ${project}.`, {
      hint: 'Make it a project of its own, or a folder of this one.',
    });
  // No build needs the token, and build scripts are other people's.
  const environment: BuildSettings['environment'] = {
    ...process.env,
    TURSO_AUTH_TOKEN: undefined,
    ...options.env,
  };
  return {
    project,
    crate,
    vendor,
    profile: options.profile ?? 'release',
    features: options.features ?? [],
    target: options.target ?? null,
    symbols: options.symbols ?? null,
    duneTargets: options.duneTargets ?? ['@install'],
    cargoOnly: options.cargoOnly ?? false,
    offline: options.offline ?? false,
    whenMissing: options.whenMissing ?? 'fail',
    // The folder of vendored sources is an output as a whole, and must not contain cargo's own files.
    targetDir:
      vendor === null || environment['CARGO_TARGET_DIR'] !== undefined ? null : path.join(project, 'target'),
    environment,
    localized: path.join(crate, 'target', 'localized'),
    installed: path.join(project, '_install'),
  };
}
