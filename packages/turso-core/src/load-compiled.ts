import { isAscii } from 'node:buffer';
import fs from 'node:fs';
import { createRequire, wrap } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import zlib from 'node:zlib';
import { packageFolder } from './package-folder';

/** Holds what V8 has compiled, a file for each use of a bundle. Whoever can write there can replace the program too. */
const FOLDER = path.join(packageFolder, '.compiled');

/** One run in eight checks whether it has compiled more than the kept file holds. The first run may have done little. */
const SHARE_OF_CHECKS = 1 / 8;

/**
 * Loads a bundle of `dist` and returns its exports. Without this, V8 compiles the bundle in each process, which takes a
 * quarter of a small push. A process that ends with exit code 0 keeps all functions that V8 has compiled so far. The next
 * process for the same use loads them. Bundles loaded so must not use `import()`, see `import-module.ts`.
 *
 * Node's `enableCompileCache` keeps only the functions compiled at the start, so it saves half as much. It writes to the
 * system's folder for temporary files, and Node 20 lacks it.
 *
 * A failure to read or to keep compiled code is ignored, because it costs only time.
 *
 * @param bundle - the name of its file, without the extension.
 * @param use - what this process does, for example a verb. Nothing is kept unless it has only lower-case letters and
 * dashes.
 */
export function loadCompiled(bundle: string, use = ''): unknown {
  const file = path.join(packageFolder, 'dist', `${bundle}.js`);
  if (!/^[a-z][a-z-]{0,40}$/.test(use) || !mayKeep()) return createRequire(file)(file) as unknown;
  const source = fs.readFileSync(file);
  const mark = markOf(source);
  const kept = path.join(FOLDER, `${bundle}-${use}`);
  const cachedData = read(kept, mark);
  // To decode UTF-8 takes 3 ms longer.
  const script = new vm.Script(wrap(source.toString(isAscii(source) ? 'latin1' : 'utf8')), {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const keptBytes = script.cachedDataRejected === false ? (cachedData?.length ?? 0) : 0;
  process.on('exit', (exitCode) => {
    if (exitCode === 0 && (keptBytes === 0 || Math.random() < SHARE_OF_CHECKS))
      write(kept, mark, () => script.createCachedData(), keptBytes);
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...names: unknown[]) => void;
  run.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
  return module.exports;
}

/** Files of root in a user's folder would make the next `npm ci` of this user fail. */
function mayKeep(): boolean {
  const { NODE_DISABLE_COMPILE_CACHE, NODE_V8_COVERAGE } = process.env;
  // The coverage of functions that were compiled earlier is not exact.
  if (NODE_DISABLE_COMPILE_CACHE || NODE_V8_COVERAGE) return false;
  return process.getuid === undefined || fs.statSync(packageFolder).uid === process.getuid();
}

/** V8 itself compares only its version, its flags, and the length of the source. */
function markOf(source: Buffer): number {
  return zlib.crc32(source, zlib.crc32(`${process.version} ${process.arch}`));
}

/** A file ends with four bytes: the checksum of the source and of the other bytes. V8 does not check these itself. */
function read(kept: string, mark: number): Buffer | undefined {
  try {
    const bytes = fs.readFileSync(kept);
    const data = bytes.subarray(0, -4);
    return zlib.crc32(data, mark) === bytes.readUInt32LE(data.length) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces a file if there are more bytes to keep than before. */
function write(kept: string, mark: number, make: () => Buffer, keptBytes: number): void {
  const temporary = `${kept}.${process.pid}`;
  try {
    fs.mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
    // A process that was killed may have left its temporary file.
    for (const name of fs.readdirSync(FOLDER).filter((name) => name.includes('.')))
      fs.rmSync(path.join(FOLDER, name), { force: true });
    const to = fs.openSync(temporary, 'wx', 0o600);
    try {
      const data = make();
      if (data.length <= keptBytes) return;
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32LE(zlib.crc32(data, mark));
      fs.writevSync(to, [data, checksum]);
      fs.renameSync(temporary, kept);
    } finally {
      fs.closeSync(to);
      fs.rmSync(temporary, { force: true });
    }
  } catch {
    // The next process compiles the bundle again.
  }
}
