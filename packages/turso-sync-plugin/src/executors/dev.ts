import type { ExecutorContext } from '@nx/devkit';
import { copy, loadProject, runVerbsApart } from 'turso-core/own-process';
import { refuseUnknown } from '../configurations/refuse-unknown';
import { findServer } from '../dev/find-server';
import { freePort } from '../dev/ports';
import { serve } from '../dev/serve';
import type { DevExecutorOptions } from './options';
import { projectOf } from './project-of';
import { createReport } from './report';
import type { ExecutorResult } from './run';
import { wordsForNx } from './words-for-nx';

/** The server answers, at that URL. */
interface Ready extends ExecutorResult {
  readonly url?: string;
}

const PORT = 8080;

/**
 * Serves a copy of the working copy with a local libsql-server, until the task is stopped. It yields once the server
 * answers. Data written to the server is lost at the end.
 */
export default async function* devExecutor(
  options: DevExecutorOptions,
  context: ExecutorContext,
): AsyncGenerator<Ready, ExecutorResult> {
  const { port: wanted = PORT, verbose = false, quiet = false } = options;
  const report = createReport({
    verbose: verbose || context.isVerbose,
    quiet,
    translate: wordsForNx(options, context),
  });
  // It serves for hours, and ends with its server.
  runVerbsApart();
  // Only this channel shows that Nx was killed.
  process.once('disconnect', () => process.exit(1));
  try {
    const project = await loadProject(projectOf(options, context));
    refuseUnknown(options, context);
    report.hide(project.authToken());
    report.hide(project.encryptionKey());
    const program = findServer(context.root);
    const port = await freePort(wanted);
    const { url, ended } = await serve({
      program,
      port,
      place: (to) => copy(project, { to, onEvent: report.onEvent }),
      ...(verbose ? { onLog: (text) => report.say(text.trimEnd()) } : {}),
    });
    report.say(`Ready: ${url} serves a copy of ${project.workingCopy}.`);
    yield { success: true, url };
    const words = await ended;
    report.fail(`libsql-server ended.\n${words}`);
  } catch (error) {
    report.fail(error);
  }
  // Some callers of executors read the yielded value, Nx itself the returned one.
  yield { success: false };
  return { success: false };
}
