import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { systemCode, TursoSyncError } from '../errors';
import { failedEnding, type Ending } from '../report/ending/ending';
import { appendStepSummary } from '../report/ending/step-summary';
import { asKnownError } from '../report/known-error';
import { version } from '../version';
import { withoutTokens } from '../project/config/config';
import { loadProject } from '../project/load-project';
import type { Project } from '../project/project';
import { ALIASES, COMMANDS, type Subcommand } from './commands';
import { withCommonOptions, type CommonOptions } from './common-options';
import { JSON_VERSION, type PrintedError, type Results } from './printed';
import { createOutput, type Output } from './output';
import { shownJson, shownLines } from '../report/shown';
import type { Line } from '../report/terminal/line';

/** What a subcommand does: it answers with its result for `--json`, its text, and its exit code. */
export type Action<O, C extends keyof Results = keyof Results> = (
  project: Project,
  options: O & CommonOptions,
  output: Output,
) => Promise<Answer<Results[C]>>;

/** How a subcommand ended. */
export interface Answer<R> {
  readonly result: R;
  readonly text: string;
  /** The lines of the text, with their colours, if it has any. */
  readonly lines?: readonly Line[];
  readonly exitCode: number;
  /** How it ended, for the summary of a job; null if that is not worth telling there. */
  readonly ending?: Ending | null;
}

/** Exit codes: done, failed; 2 is a difference that was asked for, 3 a conflict, 4 what the policy refuses. */
const DONE = 0;
const FAILED = 1;

/** Runs the command line, and answers with its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  let exitCode = DONE;
  const program = new Command('turso-sync')
    .description('Plain SQLite files to work on, a Turso (libSQL) database to keep.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(shownLines(withoutTokens(text))) })
    .showHelpAfterError(`(${helpFor(null)})`);
  const add = <O>(command: Command, name: string, action: Action<O>): void => {
    program.addCommand(
      withCommonOptions(command.copyInheritedSettings(program))
        .showHelpAfterError(`(${helpFor(name)})`)
        .action(async (options: O & CommonOptions) => {
          exitCode = await run(name, action, options);
        }),
    );
  };
  for (const load of asked(argv)) add(...load());
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    // Commander has printed its own message already.
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return DONE;
    if (argv.includes('--json')) printUsageError(argv, error);
    return FAILED;
  }
}

// All of them where none is named, as for the help.
function asked(argv: readonly string[]): (() => Subcommand<never>)[] {
  const named = Object.entries(COMMANDS).filter(([name]) => name === namedIn(argv));
  return (named.length > 0 ? named : Object.entries(COMMANDS)).map(([, load]) => load);
}

/** The subcommand that stands first, by its own name; null if there is none. */
function namedIn([, , word = '']: readonly string[]): string | null {
  const name = ALIASES[word] ?? word;
  return Object.hasOwn(COMMANDS, name) ? name : null;
}

/** Where the help of a subcommand, or of all of them, is. */
function helpFor(name: string | null): string {
  return name === null
    ? '`turso-sync --help` shows the commands'
    : `\`turso-sync ${name} --help\` shows the options`;
}

// For scripts; commander has told people already.
function printUsageError(argv: readonly string[], { message }: CommanderError): void {
  const command = argv.slice(2).find((word) => !word.startsWith('-')) ?? null;
  const hint = `${helpFor(namedIn(argv))}.`;
  const error = new TursoSyncError('USAGE', withoutTokens(message.replace(/^error: /, '')), { hint });
  const printed = { command, version: JSON_VERSION, ok: false, error: error.toJSON() } satisfies PrintedError;
  process.stdout.write(`${shownJson(printed)}\n`);
}

// Whoever reads, such as `head`, has seen enough; what is under way is finished all the same.
function ignoreClosedPipe(error: Error): void {
  if (systemCode(error) !== 'EPIPE') throw error;
}

async function run<O>(name: string, action: Action<O>, options: O & CommonOptions): Promise<number> {
  const output = await createOutput(name, options);
  const summarize = summaryOf(options, output);
  const fail = async (error: TursoSyncError): Promise<void> => {
    await summarize(failedEnding(name, error));
    output.fail(error);
  };
  exitOnSignals(fail);
  try {
    const project = await loadProject(locate(options));
    output.hide(project.authToken());
    output.hide(project.encryptionKey());
    const { result, text, lines, exitCode, ending = null } = await action(project, options, output);
    await summarize(ending);
    output.answer(result, text, lines);
    return exitCode;
  } catch (error) {
    await fail(asKnownError(error));
    return FAILED;
  }
}

/** What appends how a command ended to the summary of the job that it runs in. */
function summaryOf(
  { cwd = '.', env }: CommonOptions,
  output: Output,
): (ending: Ending | null) => Promise<void> {
  return async (ending) => {
    if (ending === null) return;
    await appendStepSummary(ending, {
      project: path.basename(path.resolve(cwd)),
      environment: env ?? null,
      clean: output.clean,
      warn: (message) => output.onEvent({ type: 'warning', message }),
    });
  };
}

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

// Ending by exit() removes what is temporary; ending by the signal would not.
function exitOnSignals(fail: (error: TursoSyncError) => Promise<void>): void {
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
    process.once(signal, () => {
      const error = new TursoSyncError('INTERRUPTED', `Ended by ${signal}.`, {
        hint: 'Nothing is left half done. Whether a push that was under way has arrived, the next one finds out.',
        retryable: true,
      });
      // Nothing in it waits for the system, so no other work goes on meanwhile.
      void fail(error).finally(() => process.exit(exitCode));
    });
  }
}

function locate({ cwd, config, env }: CommonOptions): { cwd?: string; config?: string; env?: string } {
  return {
    ...(cwd === undefined ? {} : { cwd }),
    ...(config === undefined ? {} : { config }),
    ...(env === undefined ? {} : { env }),
  };
}
