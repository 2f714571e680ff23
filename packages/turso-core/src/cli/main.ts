import { Command, CommanderError, Option } from 'commander';
import { TursoSyncError } from '../errors';
import { version } from '../version';
import { loadProject } from '../workspace/load-project';
import type { Project } from '../workspace/project';
import { diffCommand } from './diff';
import { dumpInitCommand } from './dump-init';
import { dumpPushCommand } from './dump-push';
import { createOutput, type Output, type OutputOptions } from './output';
import { statusCommand } from './status';

/** Options that every subcommand has. */
export interface CommonOptions extends OutputOptions {
  readonly cwd?: string;
  readonly config?: string;
  readonly env?: string;
}

/** What a subcommand does: it answers with its result for `--json`, its text, and its exit code. */
export type Action<O> = (project: Project, options: O & CommonOptions, output: Output) => Promise<Answer>;

/** How a subcommand ended. */
export interface Answer {
  readonly result: unknown;
  readonly text: string;
  readonly exitCode: number;
}

/** Exit codes: done, failed; a conflict is 3, and `diff --exit-code` gives 2 where there are changes. */
const DONE = 0;
const FAILED = 1;

/** Runs the command line, and answers with its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  let exitCode = DONE;
  const program = new Command('turso-sync')
    .description('Plain SQLite files to work on, a Turso (libSQL) database to keep.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(turso-sync --help shows the commands)');
  const add = <O>(command: Command, name: string, action: Action<O>): void => {
    program.addCommand(
      withCommonOptions(command).action(async (options: O & CommonOptions) => {
        exitCode = await run(name, action, options);
      }),
    );
  };
  add(...dumpInitCommand());
  add(...dumpPushCommand());
  add(...diffCommand());
  add(...statusCommand());
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    // Commander has printed its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : FAILED;
    throw error;
  }
}

function withCommonOptions(command: Command): Command {
  return command
    .exitOverride()
    .option('--cwd <folder>', "the project's folder (default: the current one)")
    .option('--config <file>', 'the config file (default: the one in the folder)')
    .option('--env <name>', 'an environment of the config')
    .option('--json', 'print one JSON object on stdout, everything else on stderr')
    .addOption(new Option('--verbose', 'print every batch and how long each step took').conflicts('quiet'))
    .option('--quiet', 'print nothing but errors');
}

async function run<O>(name: string, action: Action<O>, options: O & CommonOptions): Promise<number> {
  const output = createOutput(name, options);
  try {
    const project = await loadProject(locate(options));
    output.hide(project.authToken());
    const { result, text, exitCode } = await action(project, options, output);
    output.answer(result, text);
    return exitCode;
  } catch (error) {
    output.fail(
      error instanceof TursoSyncError ? error : new TursoSyncError('INTERNAL', describe(error), INTERNAL),
    );
    return FAILED;
  }
}

const INTERNAL = { hint: 'This is a defect of turso-sync. Please report it with the text above.' };

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function locate({ cwd, config, env }: CommonOptions): { cwd?: string; config?: string; env?: string } {
  return {
    ...(cwd === undefined ? {} : { cwd }),
    ...(config === undefined ? {} : { config }),
    ...(env === undefined ? {} : { env }),
  };
}
