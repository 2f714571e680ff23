import fs from 'node:fs';
import path from 'node:path';
import { fileSystemError } from './disk';
import { linkOrCopy } from './link-or-copy';
import type { StateFiles } from '../project';
import type { Manifest } from './manifest';

/** A plan saved in this folder. Someone may push it from elsewhere. */
export interface SavedPlan {
  /** The receipt left on the remote by its push. */
  readonly receipt: string;
  readonly file: string;
}

/** Keeps a plan, to recognise its rows as ours after its push. */
export function keepPlan({ plans }: StateFiles, receipt: string, changes: string): void {
  try {
    fs.mkdirSync(plans, { recursive: true });
    linkOrCopy(changes, path.join(plans, `${receipt}.json`));
  } catch (error) {
    throw fileSystemError(error, plans);
  }
}

/** Lists the saved plans. */
export function listPlans({ plans }: StateFiles): SavedPlan[] {
  const names = fs.existsSync(plans) ? fs.readdirSync(plans) : [];
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ receipt: path.basename(name, '.json'), file: path.join(plans, name) }));
}

/** Forgets a plan that is pushed, or too old for a push. */
export function forgetPlan({ file }: SavedPlan): void {
  fs.rmSync(file, { force: true });
}

/** Adds a pushed plan's receipt to the manifest of a base that includes it. Omits forgotten plans. */
export function withClaimed(files: StateFiles, manifest: Manifest, receipt: string): Manifest {
  const saved = listPlans(files).map((plan) => plan.receipt);
  return {
    ...manifest,
    claimed: [...(manifest.claimed ?? []), receipt].filter((name) => saved.includes(name)),
  };
}
