import fs from 'node:fs';
import path from 'node:path';

/** The facts that make a project one for ffi-build. */
export interface FfiFolder {
  /** The npm package with its crate, or null if it has a crate of its own. */
  readonly vendor: string | null;
}

/**
 * Checks whether ffi-build builds a folder with a dune-project. It does if the folder also has a crate with a static
 * library. It also does if project.json or package.json name a vendored package in the target's options.
 */
export function ffiFolder(folder: string, targetName: string): FfiFolder | null {
  const vendor = vendorOf(folder, targetName);
  if (vendor !== null) return { vendor };
  return hasStaticLibrary(path.join(folder, 'Cargo.toml')) ? { vendor } : null;
}

interface Project {
  readonly targets?: Readonly<Record<string, { readonly options?: { readonly vendor?: string } }>>;
}

function vendorOf(folder: string, targetName: string): string | null {
  const manifest = readJson(path.join(folder, 'package.json')) as { nx?: Project };
  const projects = [readJson(path.join(folder, 'project.json')) as Project, manifest.nx ?? {}];
  const vendors = projects.map(({ targets }) => targets?.[targetName]?.options?.vendor);
  return vendors.find((vendor) => typeof vendor === 'string') ?? null;
}

function hasStaticLibrary(manifest: string): boolean {
  if (!fs.existsSync(manifest)) return false;
  const text = fs.readFileSync(manifest, 'utf8').replace(/^\s*#.*/gm, '');
  return /^\s*crate-type\s*=\s*\[[^\]]*["']staticlib["']/m.test(text);
}

function readJson(file: string): object {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as object;
  } catch {
    return {}; // There is none, or Nx itself reports the error in it.
  }
}
