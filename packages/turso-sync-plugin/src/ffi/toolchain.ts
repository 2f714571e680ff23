import fs from 'node:fs';
import path from 'node:path';
import { pluginError } from '../errors';
import { installCommands, updateCommands, type Requirement } from './install-command';
import type { BuildSettings } from './options';
import { thisPlatform } from './platform';
import type { Programs } from './programs';
import { findVersion, isAtLeast } from './version';

/** The programs that turn cargo's archive into another. The variables of make can name each of them. */
export interface Binutils {
  readonly cc: readonly string[];
  readonly ld: readonly string[];
  readonly objcopy: readonly string[];
  readonly ar: readonly string[];
  readonly nm: readonly string[];
}

interface Tool {
  readonly requirement: Requirement;
  readonly command: readonly string[];
  /** The oldest version that suffices. Null stands for any version. */
  readonly minimum: string | null;
}

interface Found extends Tool {
  readonly version: string | null;
  /** Why it cannot be used, or null. */
  readonly trouble: string | null;
}

/** The oldest versions tried. */
const OLDEST = { dune: '2.9', ocaml: '4.13' };

/** Returns the programs that link and archive, by the variables of make, or their usual names. */
export function findBinutils(environment: BuildSettings['environment']): Binutils {
  const named = (variable: string, name: string): string[] => {
    const value = environment[variable]?.trim() ?? '';
    return value === '' ? [name] : value.split(/\s+/);
  };
  return {
    cc: named('CC', 'cc'),
    // Other linkers do not collect garbage from a relocatable file.
    ld: named('LD', 'ld.bfd'),
    objcopy: named('OBJCOPY', 'objcopy'),
    ar: named('AR', 'ar'),
    nm: named('NM', 'nm'),
  };
}

/**
 * Checks that all programs for a build are there, and new enough. Throws TOOLCHAIN_MISSING and TOOLCHAIN_TOO_OLD, with
 * the commands that install them.
 */
export async function requireToolchain(programs: Programs, settings: BuildSettings): Promise<Binutils> {
  const binutils = findBinutils(settings.environment);
  const found = await Promise.all(
    toolsFor(settings, binutils).map((tool) => inspect(programs, settings, tool)),
  );
  const missing = found.filter(({ trouble }) => trouble !== null);
  if (missing.length > 0)
    throw pluginError('TOOLCHAIN_MISSING', missing.map(({ trouble }) => trouble).join('\n  '), {
      hint: ['Install what is missing:', ...installCommands(requirements(missing), thisPlatform())].join(
        '\n    ',
      ),
      hasLines: true,
    });
  const old = found.filter(
    ({ version, minimum }) => version !== null && minimum !== null && !isAtLeast(version, minimum),
  );
  if (old.length > 0)
    throw pluginError('TOOLCHAIN_TOO_OLD', old.map(describeOld).join('\n  '), {
      hint: ['Bring it up to date:', ...updateCommands(requirements(old))].join('\n    '),
      hasLines: true,
    });
  return binutils;
}

function toolsFor(settings: BuildSettings, { cc, ld, objcopy, ar, nm }: Binutils): Tool[] {
  const rust = readMinimum(settings.crate, /^Cargo\.toml$/, /^rust-version\s*=\s*"([\d.]+)"/m);
  const tools: Tool[] = [
    { requirement: 'rust', command: ['cargo'], minimum: rust },
    { requirement: 'rust', command: ['rustc'], minimum: rust },
    { requirement: 'cc', command: cc, minimum: null },
  ];
  // On macOS the rest comes with the compiler.
  if (process.platform !== 'darwin')
    tools.push(
      ...[ld, objcopy, ar, nm].map((command): Tool => ({ requirement: 'binutils', command, minimum: null })),
    );
  if (settings.cargoOnly) return tools;
  const dune = readMinimum(settings.project, /^dune-project$/, /\(lang\s+dune\s+([\d.]+)\)/);
  const ocaml = readMinimum(settings.project, /\.opam$/, /"ocaml"\s*\{\s*>=\s*"([\d.]+)"/);
  return [
    ...tools,
    { requirement: 'ocaml', command: ['ocamlc'], minimum: ocaml ?? OLDEST.ocaml },
    { requirement: 'dune', command: ['dune'], minimum: newer(dune, OLDEST.dune) },
  ];
}

async function inspect(programs: Programs, settings: BuildSettings, tool: Tool): Promise<Found> {
  const name = tool.command.join(' ');
  const flag = name === 'ocamlc' ? '-version' : '--version';
  const { isMissing, isSuccess, how, stdout, stderr } = await programs.run([...tool.command, flag], {
    cwd: settings.crate,
  });
  const said = `${stdout}\n${stderr}`.trim().split('\n')[0] ?? '';
  const trouble = isMissing
    ? `${name} is not installed, or not on the PATH.`
    : isSuccess
      ? null
      : `${name} does not run, it ${how}: ${said}`;
  return { ...tool, version: findVersion(said), trouble };
}

function describeOld({ command, version, minimum }: Found): string {
  return `${command.join(' ')} is of version ${version ?? '?'}; ${minimum ?? '?'} or newer is needed.`;
}

function requirements(tools: readonly Tool[]): Requirement[] {
  return [...new Set(tools.map(({ requirement }) => requirement))];
}

/** Returns the version that the files of a folder ask for: the first match in the first file with one. */
function readMinimum(folder: string, file: RegExp, pattern: RegExp): string | null {
  for (const name of fs.readdirSync(folder).filter((entry) => file.test(entry))) {
    const match = pattern.exec(fs.readFileSync(path.join(folder, name), 'utf8'));
    if (match?.[1] !== undefined) return match[1];
  }
  return null;
}

function newer(a: string | null, b: string): string {
  return a !== null && isAtLeast(a, b) ? a : b;
}
