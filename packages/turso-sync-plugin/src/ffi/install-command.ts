import type { Platform } from './platform';

/** A requirement of a build, under its name for installation. */
export type Requirement = 'rust' | 'cc' | 'binutils' | 'ocaml' | 'dune';

const RUSTUP = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

const PACKAGES: Record<Requirement, Partial<Record<Platform, string>>> = {
  // The system package is often older than libsql needs.
  rust: {},
  cc: { debian: 'gcc libc6-dev', fedora: 'gcc' },
  binutils: { debian: 'binutils', fedora: 'binutils' },
  ocaml: { debian: 'ocaml', fedora: 'ocaml', macos: 'ocaml' },
  dune: { debian: 'ocaml-dune', fedora: 'ocaml-dune', macos: 'dune' },
};

const INSTALL: Partial<Record<Platform, string>> = {
  debian: 'sudo apt-get install',
  fedora: 'sudo dnf install',
  macos: 'brew install',
};

/** Returns the commands that install missing programs on a system, a line each. */
export function installCommands(missing: readonly Requirement[], platform: Platform): string[] {
  const packages = missing.flatMap((requirement) => PACKAGES[requirement][platform] ?? []);
  const rest = missing.filter((requirement) => PACKAGES[requirement][platform] === undefined);
  const commands = rest.map((requirement) => otherwise(requirement, platform));
  if (packages.length > 0) commands.push([INSTALL[platform], ...packages].join(' '));
  return [...new Set(commands)];
}

/** Returns the commands that update old programs, a line each. */
export function updateCommands(old: readonly Requirement[]): string[] {
  const commands = old.map((requirement) => {
    if (requirement === 'rust') return `rustup update stable, or without rustup: ${RUSTUP}`;
    if (requirement === 'dune') return 'opam install dune (opam: https://opam.ocaml.org)';
    return requirement === 'ocaml' ? 'opam switch create 5.3.0 (opam: https://opam.ocaml.org)' : requirement;
  });
  return [...new Set(commands)];
}

function otherwise(requirement: Requirement, platform: Platform): string {
  if (requirement === 'rust') return RUSTUP;
  if (requirement === 'ocaml' || requirement === 'dune')
    return 'opam init && opam install dune (opam: https://opam.ocaml.org)';
  if (platform === 'macos') return 'xcode-select --install';
  return 'install gcc and binutils by the packages of your system';
}
