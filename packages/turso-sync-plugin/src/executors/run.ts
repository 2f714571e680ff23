import type { ExecutorContext } from '@nx/devkit';
import {
  asKnownError,
  failedEnding,
  loadProject,
  type Ending,
  type OnEvent,
  type Project,
} from 'turso-core/own-process';
import { refuseUnknown } from '../configurations/refuse-unknown';
import type { CommonOptions } from './options';
import { useOwnProcess } from './own-process';
import { projectOf } from './project-of';
import { createReport, type Report } from './report';
import { summarizeTask } from './summarize-task';
import { commandOf, wordsForNx } from './words-for-nx';

/** The result of an executor, for Nx. */
export interface ExecutorResult {
  readonly success: boolean;
}

/** The result of an executor's work, with its text. */
export interface Outcome extends ExecutorResult {
  readonly text: string;
  /** The ending of the command, for summaries. Null if it is not worth reporting there. */
  readonly ending?: Ending | null;
}

/** The options of an executor that belong to its command, with its event callback. */
export type CommandOptions<O extends CommonOptions> = Omit<O, keyof CommonOptions> & {
  readonly onEvent: OnEvent;
};

/** Runs one command of turso-core on the project of a task, and prints the result. */
export async function runExecutor<O extends CommonOptions>(
  options: O,
  context: ExecutorContext,
  work: (project: Project, options: CommandOptions<O>, report: Report) => Promise<Outcome>,
): Promise<ExecutorResult> {
  const { config, env, verbose = false, quiet = false, ...own } = options;
  const report = createReport({
    verbose: verbose || context.isVerbose,
    quiet,
    translate: wordsForNx(options, context),
  });
  useOwnProcess(context, report.fail);
  try {
    const project = await loadProject(projectOf({ config, env }, context));
    refuseUnknown(options, context);
    report.hide(project.authToken());
    report.hide(project.encryptionKey());
    const { success, text, ending = null } = await work(project, { ...own, onEvent: report.onEvent }, report);
    if (success) report.say(text);
    else report.fail(text);
    await summarizeTask(ending, options, context, report);
    return { success };
  } catch (error) {
    report.fail(error);
    const name = commandOf(context.target?.executor) ?? '';
    await summarizeTask(failedEnding(name, asKnownError(error)), options, context, report);
    return { success: false };
  }
}
