// Nx runs this, from the workspace's root, before every run that builds a crate:
// `node print-toolchain.js <project's folder> [<vendored npm package>]`
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { findBinutils } from './toolchain';
import { packageFolder, sourceFiles } from './vendor';

/** Longest wait for a program, in milliseconds. */
const PATIENCE = 10_000;

void print();

// It never fails, since Nx ignores failures. If something is missing, the task itself says so.
async function print(): Promise<void> {
  const [projectRoot = '.', vendor] = process.argv.slice(2);
  const project = path.resolve(projectRoot);
  const { cc } = findBinutils(process.env);
  const versions = await Promise.all(
    [
      ['rustc', '-vV'],
      [...cc, '--version'],
      [...cc, '-dumpmachine'],
      ['ocamlc', '-version'],
      ['dune', '--version'],
    ].map((command) => ask(command, project)),
  );
  const sources = vendor === undefined ? [] : [`${vendor} ${digestOf(vendor, project)}`];
  process.stdout.write(`${[...versions, ...sources].join('\n')}\n`);
}

function ask([program = '', ...args]: readonly string[], cwd: string): Promise<string> {
  // rustup need not download a toolchain just to print a version.
  const env = { ...process.env, RUSTUP_AUTO_INSTALL: '0' };
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, timeout: PATIENCE }, (error, stdout) =>
      resolve(`${program} ${error === null ? stdout.trim() : 'absent'}`),
    );
  });
}

function digestOf(vendor: string, project: string): string {
  try {
    const folder = packageFolder(vendor, project);
    const digest = createHash('sha256');
    for (const file of sourceFiles(folder))
      digest.update(`${file}\0`).update(fs.readFileSync(path.join(folder, file)));
    return digest.digest('hex');
  } catch {
    return 'absent';
  }
}
