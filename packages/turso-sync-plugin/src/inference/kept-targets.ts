import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { dataFolder } from '../data-folder';

/** Targets that some process inferred before, on disk. */
export interface KeptTargets {
  /** Whether there were any under the same options. */
  readonly isThere: boolean;
  /** Returns those of a project, if they were kept under this stamp. */
  get(projectRoot: string, stamp: string): Targets | undefined;
  set(projectRoot: string, stamp: string, targets: Targets): void;
  /** Writes new targets. It never fails: without them, the next process infers again. */
  save(): void;
}

type Targets = Record<string, object>;
type Entries = Record<string, { readonly stamp: string; readonly targets: Targets }>;

/**
 * Opens the kept targets of a workspace, beside Nx's own results. `nx reset` removes them.
 *
 * @param settings - everything that determines the targets of all projects.
 */
export function openKeptTargets(workspaceRoot: string, settings: unknown): KeptTargets {
  const file = path.join(dataFolder(workspaceRoot), `turso-sync-${digestOf(workspaceRoot, settings)}.json`);
  const entries = read(file);
  const now: Entries = {};
  let isChanged = false;
  return {
    isThere: entries !== null,
    get(projectRoot, stamp) {
      const entry =
        entries !== null && Object.hasOwn(entries, projectRoot) ? entries[projectRoot] : undefined;
      if (entry?.stamp !== stamp) return undefined;
      now[projectRoot] = entry;
      return entry.targets;
    },
    set(projectRoot, stamp, targets) {
      now[projectRoot] = { stamp, targets };
      isChanged = true;
    },
    save() {
      // Nx may ask for a part of the projects at a time.
      if ((isChanged || entries === null) && fs.existsSync(workspaceRoot))
        write(file, { ...entries, ...now });
    },
  };
}

// The path of this package is part of the fingerprint's command. Its time tells one build of it from another.
function digestOf(workspaceRoot: string, settings: unknown): string {
  const built = fs.statSync(__filename).mtimeMs;
  return createHash('sha256')
    .update(JSON.stringify([workspaceRoot, __dirname, built, settings]))
    .digest('hex')
    .slice(0, 16);
}

function read(file: string): Entries | null {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Entries;
  } catch {
    return null;
  }
}

function write(file: string, entries: Entries): void {
  const written = `${file}.${randomUUID()}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(written, JSON.stringify(entries));
    fs.renameSync(written, file);
  } catch {
    fs.rmSync(written, { force: true });
  }
}
