import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { TursoSyncError, type Project } from 'turso-core';
import { snapshotCaching } from '../fingerprint/snapshot-caching';
import { projectRootOf } from './run';

/**
 * Refuses to take a snapshot into Nx's cache under a key that would not change with the remote that it is taken from, as
 * where project.json or nx.json replace the inferred inputs, or where another environment is asked for: then Nx would
 * restore it for ever. A change of any of these runs the task first, and so comes by here.
 * Throws USAGE.
 */
export function requireCacheKey(project: Project, context: ExecutorContext): void {
  const { target, targetName = '', projectName = '', configurationName } = context;
  if (target?.cache !== true) return;
  const refuse = (what: string, hint: string): TursoSyncError =>
    new TursoSyncError('USAGE', `The target "${targetName}" of "${projectName}" is cached, but ${what}.`, {
      hint: `${hint} Or set "cache": false for it.`,
    });
  if (configurationName !== undefined)
    throw refuse(
      `its key does not know the configuration "${configurationName}"`,
      'List the plugin once more in nx.json, with "env" and target names of its own.',
    );
  const caching = snapshotCaching({
    workspaceRoot: context.root,
    projectRoot: projectRootOf(context),
    target: targetName,
    project,
  });
  if (caching === null)
    throw refuse('its snapshot is outside of the workspace', 'Move "stateDir" into the workspace.');
  if (!hasRuntimeInput(target, caching.fingerprint))
    throw refuse(
      'its inputs lack the fingerprint of the remote',
      `Add {"runtime": ${JSON.stringify(caching.fingerprint)}} to its inputs.`,
    );
  if (target.outputs?.length !== 1 || target.outputs[0] !== caching.output)
    throw refuse('its outputs are not the snapshot alone', `Set its outputs to ["${caching.output}"].`);
}

function hasRuntimeInput({ inputs }: TargetConfiguration, command: string): boolean {
  return (inputs ?? []).some(
    (input) => typeof input === 'object' && 'runtime' in input && input.runtime === command,
  );
}
