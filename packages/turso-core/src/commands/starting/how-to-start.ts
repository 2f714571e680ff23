import fs from 'node:fs';
import path from 'node:path';
import type { Project } from '../../project/project';
import { hasBegun } from '../../project/state/begun';
import { soundManifest } from '../../project/state/manifest';

/**
 * Returns another environment of the same working copy as a possible origin of this one's base. Null if there is none,
 * or if this environment had its own base. In that case the other base lacks the changes agreed with this remote, and
 * they would be pushed again.
 */
export function siblingWithBase(project: Project): Project | null {
  return hadBase(project) || !fs.existsSync(project.workingCopy) ? null : findForked(project);
}

/** Checks whether another environment also has a base of this working copy. */
export function isShared(project: Project): boolean {
  return findForked(project) !== null;
}

function findForked(project: Project): Project | null {
  const isForked = (sibling: Project): boolean =>
    sibling.workingCopy === project.workingCopy && soundManifest(sibling.files.base) !== null;
  return project.siblings().find(isForked) ?? null;
}

/**
 * Checks whether an environment without a base has been used. A snapshot is no proof, because Nx may have restored it
 * from its cache. Neither is a diff, because a dry run writes one.
 */
function hadBase({ files }: Project): boolean {
  const { environment } = files;
  if (hasBegun(files)) return true;
  if (!fs.existsSync(environment)) return false;
  return fs.readdirSync(environment).some((name) => /^(base|origin|push|pull|plans)/.test(name));
}

/** Returns a message about the missing base and its consequences. */
export function baseIsMissing({ files, workingCopy }: Project): string {
  const { base, environment } = files;
  if (!fs.existsSync(workingCopy)) return `There is no base yet in ${base.directory}.`;
  const isStateThere = fs.existsSync(environment) && fs.readdirSync(environment).length > 0;
  return isStateThere
    ? `The base in ${base.directory} is missing, so nothing tells what was edited in ${workingCopy}.`
    : `The state of ${workingCopy} is missing: there is no ${environment}.`;
}

/** Names an environment in words. */
export function nameOf(environment: string | null): string {
  return environment === null ? 'the environment without a name' : `the environment "${environment}"`;
}

/** Returns the hint for a missing base: the command to create one. */
export function howToStart(project: Project): string {
  const env = project.environment === null ? '' : ` --env ${project.environment}`;
  const sibling = siblingWithBase(project);
  if (sibling !== null)
    return `Run \`turso-sync pull${env}\`: its base then starts from that of ${nameOf(sibling.environment)}.`;
  const file = path.basename(project.workingCopy);
  return fs.existsSync(project.workingCopy)
    ? `${file} is there without a base, so nobody can tell its edits. Run \`turso-sync init${env} --keep-edits\`: it keeps the file, and everything that differs from the remote counts as your edit. Or \`turso-sync init${env} --force\`: it takes the remote, and keeps a dated backup. To fill an empty database: \`turso-sync init${env} --from ${file}\`.`
    : `Run \`turso-sync init${env}\` first.`;
}
