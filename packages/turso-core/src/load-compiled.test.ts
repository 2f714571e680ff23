import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';

/** Prints what a bundle can see of how it was loaded. Its function `more` is compiled only if it is called. */
const BUNDLE = `'use strict';
var path = require('node:path');
function more() { return ${Array.from({ length: 200 }, (_, i) => `Math.max(${i}, path.sep.length)`).join('+')}; }
exports.run = async () => {
  if (process.env.MORE) more();
  const [, place] = new Error('x').stack.split('\\n');
  console.log(JSON.stringify(['one', __dirname, __filename, require('./other'), place]));
};
`;

/** Tells whether V8 took the kept code: null if there was none. */
const PROGRAM = `
const vm = require('node:vm');
const { Script } = vm;
vm.Script = class extends Script {
  constructor(...given) { super(...given); console.log(JSON.stringify(this.cachedDataRejected ?? null)); }
};
Math.random = () => Number(process.env.RANDOM ?? 1);
const [, use, exitCode] = process.argv;
require('./dist/load-compiled').loadCompiled('bundle', use).run().then(() => { process.exitCode = Number(exitCode ?? 0); });
`;

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

interface Run {
  readonly exit: number | null;
  readonly stderr: string;
  /** Whether V8 refused the kept code; null if there was none, undefined if none was looked for. */
  readonly rejected: boolean | null | undefined;
  readonly seen: unknown;
}

let dir: string;
let kept: string;

beforeEach(() => {
  dir = makeTempDir('compiled-');
  kept = path.join(dir, '.compiled', 'bundle-push');
  mkdirSync(path.join(dir, 'dist'));
  for (const name of ['load-compiled.js', 'package-folder.js'])
    cpSync(path.join(__dirname, '..', 'dist', name), path.join(dir, 'dist', name));
  writeFileSync(path.join(dir, 'dist', 'bundle.js'), BUNDLE);
  writeFileSync(path.join(dir, 'dist', 'other.js'), 'module.exports = "other";');
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** Runs the bundle in a process. */
function run(
  args: readonly string[] = ['push'],
  { uid, flags = [], ...env }: { uid?: number; flags?: readonly string[] } & Record<string, unknown> = {},
): Promise<Run> {
  const { NODE_V8_COVERAGE: _coverage, NODE_DISABLE_COMPILE_CACHE: _disabled, ...rest } = process.env;
  const child = spawn(process.execPath, [...flags, '-e', PROGRAM, ...args], {
    cwd: dir,
    env: { ...rest, ...(env as Record<string, string>) },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  return new Promise((resolve) =>
    child.on('close', (exit) => {
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => (line === '' ? undefined : (JSON.parse(line) as unknown)));
      const [seen, rejected] = lines.reverse();
      resolve({ exit, stderr, rejected: rejected as boolean | null | undefined, seen });
    }),
  );
}

/** What the bundle sees, however it was loaded. */
const seen = (word = 'one'): unknown => [
  word,
  path.join(dir, 'dist'),
  path.join(dir, 'dist', 'bundle.js'),
  'other',
  expect.stringMatching(/[\\/]dist[\\/]bundle\.js:6:\d+\)?$/),
];

const ok = (rejected: boolean | null | undefined, word?: string): unknown => ({
  exit: 0,
  stderr: '',
  rejected,
  seen: seen(word),
});

test('the second process for a use takes what the first one has compiled', async () => {
  expect(await run()).toEqual(ok(null));
  expect(await run()).toEqual(ok(false));
  expect(await run(['pull'])).toEqual(ok(null));
  expect(readdirSync(path.dirname(kept)).sort()).toEqual(['bundle-pull', 'bundle-push']);
  if (process.platform !== 'win32') expect(statSync(kept).mode & 0o777).toBe(0o600);
});

test.each<[string, () => void]>([
  ['is empty', () => writeFileSync(kept, '')],
  ['is too short for a checksum', () => writeFileSync(kept, 'abc')],
  ['is garbage', () => writeFileSync(kept, Buffer.alloc(100_000, 'garbage'))],
  ['is cut off', () => writeFileSync(kept, readFileSync(kept).subarray(0, -100))],
  [
    'has one other bit',
    () =>
      writeFileSync(
        kept,
        readFileSync(kept).map((byte, i) => (i === 900 ? byte ^ 1 : byte)),
      ),
  ],
])('a file that %s is replaced', async (_, damage) => {
  await run();
  damage();
  expect(await run()).toEqual(ok(null));
  expect(await run()).toEqual(ok(false));
});

test('a changed bundle of as many characters is compiled again', async () => {
  await run();
  writeFileSync(path.join(dir, 'dist', 'bundle.js'), BUNDLE.replace("'one'", "'töö'"));
  expect(await run()).toEqual(ok(null, 'töö'));
  expect(await run()).toEqual(ok(false, 'töö'));
});

test('code compiled with other flags of V8 is replaced', async () => {
  await run();
  const options = { flags: ['--stack-size=900'] };
  expect(await run(['push'], options)).toEqual(ok(true));
  expect(await run(['push'], options)).toEqual(ok(false));
});

test('a folder at the place of the file costs only time', async () => {
  mkdirSync(kept, { recursive: true });
  expect(await run()).toEqual(ok(null));
  expect(readdirSync(path.dirname(kept))).toEqual(['bundle-push']);
});

test('processes at the same time leave one whole file', async () => {
  for (const { exit, stderr, seen: sees } of await Promise.all(Array.from({ length: 4 }, () => run())))
    expect({ exit, stderr, sees }).toEqual({ exit: 0, stderr: '', sees: seen() });
  // A file that a killed process has left goes with the next one that is kept.
  writeFileSync(`${kept}.1`, 'left');
  await run(['pull']);
  expect(readdirSync(path.dirname(kept)).sort()).toEqual(['bundle-pull', 'bundle-push']);
  expect(await run()).toEqual(ok(false));
});

test('a run that compiled more than is kept replaces the file, if it is one of those that look', async () => {
  await run();
  const { size } = statSync(kept);
  expect(await run(['push'], { MORE: '1' })).toEqual(ok(false));
  expect(statSync(kept).size).toBe(size);
  expect(await run(['push'], { MORE: '1', RANDOM: '0' })).toEqual(ok(false));
  const { size: larger, ino } = statSync(kept);
  expect(larger).toBeGreaterThan(size);
  expect(await run(['push'], { RANDOM: '0' })).toEqual(ok(false));
  expect(statSync(kept)).toMatchObject({ size: larger, ino });
});

test.each<[string, readonly string[], object]>([
  ['NODE_DISABLE_COMPILE_CACHE is set', ['push'], { NODE_DISABLE_COMPILE_CACHE: '1' }],
  ['no verb is named', [], {}],
  ['what is named is no verb', ['../push'], {}],
])('nothing is kept if %s', async (_, args, env) => {
  expect(await run(args, { ...env })).toEqual(ok(undefined));
  expect(existsSync(path.dirname(kept))).toBe(false);
});

test('nothing is kept of a run that failed', async () => {
  expect(await run(['push', '1'])).toMatchObject({ exit: 1, rejected: null });
  expect(existsSync(path.dirname(kept))).toBe(false);
});

const onPosix = process.platform === 'win32' ? test.skip : test;

onPosix('a folder that may not be written stays as it is', async () => {
  if (isRoot) {
    // Nothing is denied to root, who must not leave files of its own in the folder of somebody else.
    chmodSync(path.dirname(dir), 0o711);
    for (const place of [dir, path.join(dir, 'dist')]) chownSync(place, NOBODY, NOBODY);
    expect(await run()).toEqual(ok(undefined));
    expect(existsSync(path.dirname(kept))).toBe(false);
  }
  chmodSync(dir, 0o555);
  try {
    expect(await run(['push'], isRoot ? { uid: NOBODY } : {})).toEqual(ok(null));
    expect(existsSync(path.dirname(kept))).toBe(false);
  } finally {
    chmodSync(dir, 0o755);
  }
});
