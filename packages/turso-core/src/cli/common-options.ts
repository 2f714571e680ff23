import { Option, type Command } from 'commander';
import type { OutputOptions } from './output';

/** Options that every subcommand has. */
export interface CommonOptions extends OutputOptions {
  readonly cwd?: string;
  readonly config?: string;
  readonly env?: string;
}

/** Adds them to a subcommand. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--cwd <folder>', 'work in this project folder (default: the current one)')
    .option('--config <file>', 'read this config file (default: the one in the folder)')
    .option('--env <name>', 'use this environment of the config')
    .option('--json', 'print one JSON object on stdout, everything else on stderr')
    .addOption(new Option('--verbose', 'print each batch, and the time of each step').conflicts('quiet'))
    .option('--quiet', 'print only errors');
}
