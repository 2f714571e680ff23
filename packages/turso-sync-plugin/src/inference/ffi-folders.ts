import fs from 'node:fs';
import path from 'node:path';

/** How a project came to be one that ffi-build builds. */
export interface FfiFolder {
  /** The npm package whose crate it builds, or null where it has a crate of its own. */
  readonly vendor: string | null;
}

/**
 * Whether a folder with a dune-project is to be built by ffi-build: it has a crate with a static library too, or its
 * project.json (or package.json) names a vendored package in the options of the target.
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
    return {}; // there is none, or Nx itself tells what is wrong with it
  }
}
