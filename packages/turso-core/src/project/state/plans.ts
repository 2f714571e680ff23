import fs from 'node:fs';
import path from 'node:path';
import { fileSystemError } from './disk';
import { linkOrCopy } from './link-or-copy';
import type { StateFiles } from '../project';
import type { Manifest } from './manifest';

/** A plan that was saved from here, and that someone may push from elsewhere. */
export interface SavedPlan {
  /** The receipt that its push leaves on the remote. */
  readonly receipt: string;
  readonly file: string;
}

/** Keeps a plan, so that its rows are known as ours once it is pushed. */
export function keepPlan({ plans }: StateFiles, receipt: string, changes: string): void {
  try {
    fs.mkdirSync(plans, { recursive: true });
    linkOrCopy(changes, path.join(plans, `${receipt}.json`));
  } catch (error) {
    throw fileSystemError(error, plans);
  }
}

/** The plans that are kept. */
export function listPlans({ plans }: StateFiles): SavedPlan[] {
  const names = fs.existsSync(plans) ? fs.readdirSync(plans) : [];
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ receipt: path.basename(name, '.json'), file: path.join(plans, name) }));
}

/** Forgets a plan that is pushed, or too old to be. */
export function forgetPlan({ file }: SavedPlan): void {
  fs.rmSync(file, { force: true });
}

/** The manifest of a base that has a plan, by the receipt that the plan's push left; what was forgotten is left out. */
export function withClaimed(files: StateFiles, manifest: Manifest, receipt: string): Manifest {
  const saved = listPlans(files).map((plan) => plan.receipt);
  return {
    ...manifest,
    claimed: [...(manifest.claimed ?? []), receipt].filter((name) => saved.includes(name)),
  };
}
