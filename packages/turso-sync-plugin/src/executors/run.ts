import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { loadProject, type OnEvent, type Project } from 'turso-core';
import { createReport, type ReportOptions } from './report';

/** Options that every executor has. */
export interface CommonOptions extends ReportOptions {
  /** The config file, relative to the project's folder. */
  readonly config?: string;
  /** The environment of the config to use. */
  readonly env?: string;
}

/** How an executor ended, for Nx. */
export interface ExecutorResult {
  readonly success: boolean;
}

/** How the work of an executor ended, and the text that says so. */
export interface Outcome extends ExecutorResult {
  readonly text: string;
}

/** Runs one command of turso-core on the project of a task, and prints what comes of it. */
export async function runExecutor(
  options: CommonOptions,
  context: ExecutorContext,
  work: (project: Project, onEvent: OnEvent) => Promise<Outcome>,
): Promise<ExecutorResult> {
  const report = createReport({ ...options, verbose: options.verbose === true || context.isVerbose });
  try {
    const project = await loadProject(locate(options, context));
    report.hide(project.authToken());
    const { success, text } = await work(project, report.onEvent);
    if (success) report.say(text);
    else report.fail(text);
    return { success };
  } catch (error) {
    report.fail(error);
    return { success: false };
  }
}

/** The folder of the project that a task belongs to, relative to the workspace. */
export function projectRootOf({ projectName, projectsConfigurations }: ExecutorContext): string {
  const root = projectsConfigurations.projects[projectName ?? '']?.root;
  if (root === undefined) throw new Error(`Nx knows no project "${projectName ?? ''}"`);
  return root;
}

function locate({ config, env }: CommonOptions, context: ExecutorContext): { cwd: string } {
  return {
    cwd: path.join(context.root, projectRootOf(context)),
    ...(config === undefined ? {} : { config }),
    ...(env === undefined ? {} : { env }),
  };
}
