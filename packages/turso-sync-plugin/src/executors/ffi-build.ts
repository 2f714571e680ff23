import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { TursoSyncError } from 'turso-core/own-process';
import { build, buildText } from '../ffi/build';
import { resolveOptions } from '../ffi/options';
import type { FfiBuildExecutorOptions } from './options';
import { projectRootOf } from './project-of';
import { createReport } from './report';
import { requireOutputs } from './require-outputs';
import type { ExecutorResult } from './run';

/** Builds a Rust library with a C interface, makes the archive that OCaml links, and lets dune build what links it. */
export default async function ffiBuild(
  options: FfiBuildExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  const report = createReport(options);
  const printed: string[] = [];
  // No build has a use for it; what other people's build scripts print is not ours to tell.
  report.hide(process.env['TURSO_AUTH_TOKEN']);
  try {
    const settings = resolveOptions(options, path.join(context.root, projectRootOf(context)));
    requireOutputs(settings, context);
    const result = await build(settings, (line) => {
      printed.push(line);
      report.say(line);
    });
    report.say(buildText(result, settings));
    return { success: true };
  } catch (error) {
    // What has failed is said all the same.
    const isOfBuild = error instanceof TursoSyncError && error.code === 'BUILD_FAILED';
    if (options.quiet === true && isOfBuild) report.fail(printed.join('\n'));
    report.fail(error);
    return { success: false };
  }
}
