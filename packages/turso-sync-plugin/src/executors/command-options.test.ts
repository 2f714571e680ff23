import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const PACKAGE = path.join(__dirname, '..', '..');
const COMMAND = path.join(PACKAGE, '..', 'turso-core', 'bin', 'turso-sync.js');

/** An option in a command's help, or in a schema. */
interface Option {
  readonly name: string;
  readonly choices: readonly string[];
}

/** Options of every command that executors lack. */
const OF_COMMANDS_ONLY: Readonly<Record<string, string>> = {
  cwd: "Nx knows the project's folder",
  json: 'Nx prints lines of its own around it, and keeps what is printed: `turso-sync --json` is for scripts',
  help: 'Nx has its own',
};

/** Options of some commands that executors lack. */
const OF_SOME_COMMANDS: Readonly<Record<string, string>> = {
  noPager: 'there is no pager under Nx',
};

/** Options of executors only, by command. */
const OF_EXECUTORS_ONLY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  init: {
    snapshot: 'the target turso-snapshot has taken it already',
    edits: 'a push that follows must not fail for the edits that it is about',
  },
  push: {
    review: 'a review of several projects has a folder for each; the command takes --plan <folder>/plan.json',
  },
};

/** Executors without a command. */
const NO_COMMAND: Readonly<Record<string, string>> = {
  snapshot: 'what Nx caches; the command init does it too',
  dev: 'a continuous task of Nx',
  'ffi-build': 'a build',
};

/** Commands without an executor. */
const NO_EXECUTOR: Readonly<Record<string, string>> = {
  comment: 'a job calls it once, for the reports of all projects',
  reviewed: 'the same for their plans',
  restore: 'one person looks at one file',
};

function help(...words: string[]): string {
  return execFileSync(process.execPath, [COMMAND, ...words, '--help'], {
    encoding: 'utf8',
  });
}

/** Returns the lines of a part of the help, each whole. */
function listed(text: string, heading: string): string[] {
  const [, part = ''] = text.split(`\n${heading}:\n`);
  const whole = (part.split('\n\n')[0] ?? '').replace(/\n {4,}/g, ' ');
  return whole.split('\n').filter((line) => /^ {2}\S/.test(line));
}

function optionsOfCommand(name: string): Option[] {
  return listed(help(name), 'Options').map((line) => {
    const [, word = ''] = /--([a-z-]+)/.exec(line) ?? [];
    const [, choices = ''] = /\(choices: ((?:"[^"]*"(?:, )?)+)/.exec(line) ?? [];
    return {
      name: word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      choices: [...choices.matchAll(/"([^"]*)"/g)].map(([, choice = '']) => choice),
    };
  });
}

function optionsOfExecutor(schema: string): Option[] {
  const { properties } = readJson(schema) as { properties: Record<string, { enum?: string[] }> };
  return Object.entries(properties).map(([name, { enum: choices = [] }]) => ({ name, choices }));
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(path.join(PACKAGE, file), 'utf8'));
}

const { executors } = readJson('executors.json') as { executors: Record<string, { schema: string }> };
const NAMES = listed(help(), 'Commands').map((line) => /^ {2}([a-z-]+)/.exec(line)?.[1] ?? '');
const COMMANDS = NAMES.filter((name) => name !== 'help' && !Object.hasOwn(NO_EXECUTOR, name));
const byName = (a: Option, b: Option): number => a.name.localeCompare(b.name);

test('every command has an executor, and every executor is a command', () => {
  expect(COMMANDS).toContain('push');
  const others = Object.keys(executors).filter(
    (name) => !Object.hasOwn(NO_COMMAND, name) && !name.startsWith('dump-'),
  );
  expect(others.sort()).toEqual([...COMMANDS].sort());
  expect(Object.keys(NO_COMMAND).filter((name) => COMMANDS.includes(name))).toEqual([]);
});

test.each(COMMANDS)('the executor %s has the options of its command, with the same choices', (name) => {
  const ofCommand = optionsOfCommand(name);
  expect(ofCommand.map((option) => option.name)).toEqual(
    expect.arrayContaining(Object.keys(OF_COMMANDS_ONLY)),
  );
  const exceptions = { ...OF_COMMANDS_ONLY, ...OF_SOME_COMMANDS };
  const shared = ofCommand.filter((option) => !Object.hasOwn(exceptions, option.name));
  const known = OF_EXECUTORS_ONLY[name] ?? {};
  const ofExecutor = optionsOfExecutor(executors[name]?.schema ?? '');
  expect(ofExecutor.map((option) => option.name)).toEqual(expect.arrayContaining(Object.keys(known)));
  expect(ofExecutor.filter((option) => !Object.hasOwn(known, option.name)).sort(byName)).toEqual(
    shared.sort(byName),
  );
});

test.each(['dump-init', 'dump-push'])('%s has the schema of what it is another name of', (name) => {
  expect(executors[name]?.schema).toBe(executors[name.replace('dump-', '')]?.schema);
});

test('no exception outlives its option', () => {
  const all = COMMANDS.flatMap(optionsOfCommand).map((option) => option.name);
  expect(all).toEqual(expect.arrayContaining(Object.keys(OF_SOME_COMMANDS)));
  expect(NAMES).toEqual(expect.arrayContaining(Object.keys(NO_EXECUTOR)));
  expect(Object.keys(NO_EXECUTOR).filter((name) => Object.hasOwn(executors, name))).toEqual([]);
});
