import { TursoSyncError, type ErrorCode, type ErrorDetails } from 'turso-core/own-process';

/** A stable word for a failure that only tasks of Nx have. turso-core has the words for all others. */
export type PluginErrorCode =
  // Building direct access
  /**
   * A program for the build is missing or does not run: `cargo is not installed, or not on the PATH.` The message
   * names all such programs, and the commands to install them on your system. If a program is there but does not run,
   * the message quotes it. For rustup without a default toolchain, run `rustup default stable`. The target `turso-dev`
   * reports this if there is no libsql-server.
   */
  | 'TOOLCHAIN_MISSING'
  /**
   * A program is older than the crate, dune-project or the opam file asks for:
   * `rustc is of version 1.63.0; 1.88 or newer is needed.` Update it with the command in the message.
   */
  | 'TOOLCHAIN_TOO_OLD'
  /** The npm package named by the option `vendor` is not installed. Run `npm install --save-dev` with its name. */
  | 'PACKAGE_MISSING'
  /**
   * Cargo or dune failed. Read their output above the message. With the option `offline`, download all crates first
   * with `cargo fetch`.
   */
  | 'BUILD_FAILED'
  /**
   * The archive of the build is not usable.
   *
   * - The crate lacks a function of its header: `lacks what the headers in include/ declare: turso_sync`. Write it in
   *   Rust, or remove it from the header.
   * - Its functions do not begin as `symbols` says. Correct that option.
   * - ld, objcopy or ar failed. Update gcc and binutils, or name others in `CC`, `LD`, `OBJCOPY`, `AR` and `NM`.
   * - Your own ar or nm says `LLVM ERROR: Invalid encoding`. It read cargo's objects, joined by hand. Take the archive
   *   in `target/localized`: it does not have this problem.
   */
  | 'ARCHIVE_INVALID';

/** Creates an error of the plugin. Reports show it like those of turso-core. */
export function pluginError(code: PluginErrorCode, message: string, details?: ErrorDetails): TursoSyncError {
  // The type of turso-core lists its own words only.
  return new TursoSyncError(code as string as ErrorCode, message, details);
}

/** Returns whether an error has one of the plugin's codes. */
export function hasPluginCode(error: unknown, ...codes: readonly PluginErrorCode[]): error is TursoSyncError {
  return error instanceof TursoSyncError && codes.some((code) => code === (error.code as string));
}
