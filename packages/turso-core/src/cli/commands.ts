/* eslint-disable @typescript-eslint/no-require-imports */
import type { Command } from 'commander';
import type { Action } from './main';
import type { Results } from './printed';

/** A subcommand: what commander knows of it, its name, and what it does. */
export type Subcommand<O, C extends keyof Results = keyof Results> = [
  command: Command,
  name: C,
  action: Action<O, C>,
];

/**
 * The subcommands by name, in the order of the help. Each is loaded when it is asked for, since loading all takes longer
 * than a small push.
 */
export const COMMANDS: Readonly<Record<string, () => Subcommand<never>>> = {
  init: () => (require('./init') as typeof import('./init')).initCommand(),
  push: () => (require('./push') as typeof import('./push')).pushCommand(),
  pull: () => (require('./pull') as typeof import('./pull')).pullCommand(),
  undo: () => (require('./undo') as typeof import('./undo')).undoCommand(),
  verify: () => (require('./verify') as typeof import('./verify')).verifyCommand(),
  check: () => (require('./check') as typeof import('./check')).checkCommand(),
  diff: () => (require('./diff') as typeof import('./diff')).diffCommand(),
  comment: () => (require('./comment') as typeof import('./comment')).commentCommand(),
  reviewed: () => (require('./reviewed') as typeof import('./reviewed')).reviewedCommand(),
  dump: () => (require('./dump') as typeof import('./dump')).dumpCommand(),
  restore: () => (require('./restore') as typeof import('./restore')).restoreCommand(),
  clean: () => (require('./clean') as typeof import('./clean')).cleanCommand(),
  status: () => (require('./status') as typeof import('./status')).statusCommand(),
  doctor: () => (require('./doctor') as typeof import('./doctor')).doctorCommand(),
};

/** What subcommands were called before, and still are. */
export const ALIASES: Readonly<Record<string, string>> = { 'dump-init': 'init', 'dump-push': 'push' };
