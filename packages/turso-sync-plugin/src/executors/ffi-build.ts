import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { hasPluginCode } from '../errors';
import { build, buildText } from '../ffi/build';
import { resolveOptions } from '../ffi/options';
import type { FfiBuildExecutorOptions } from './options';
import { projectRootOf } from './project-of';
import { createReport } from './report';
import { requireOutputs } from './require-outputs';
import type { ExecutorResult } from './run';

/** Builds a Rust library with a C interface, makes the archive for OCaml to link, and lets dune build the rest. */
export default async function ffiBuild(
  options: FfiBuildExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  const report = createReport(options);
  const printed: string[] = [];
  // No build needs it, and other people's build scripts could print it.
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
    // A failure is printed all the same.
    if (options.quiet === true && hasPluginCode(error, 'BUILD_FAILED')) report.fail(printed.join('\n'));
    report.fail(error);
    return { success: false };
  }
}
