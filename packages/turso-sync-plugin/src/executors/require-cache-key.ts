import path from 'node:path';
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { TursoSyncError, type Project } from 'turso-core';
import { asked, guessConfiguration } from '../configurations/asked';
import { loadEnvironments, type Environments } from '../configurations/load-environments';
import { fingerprintCommand } from '../fingerprint/command';
import { declaredOutputs } from './declared-outputs';
import { projectOf, projectRootOf, type CommonOptions } from './project-of';

/**
 * Refuses to take a snapshot into Nx's cache under a key that would not change with the remote that it is taken from, as
 * where project.json or nx.json replace the inferred inputs, or where another environment is asked for: then Nx would
 * restore it for ever. A change of any of these runs the task first, and so comes by here.
 * Throws USAGE.
 */
export async function requireCacheKey(
  project: Project,
  options: CommonOptions,
  context: ExecutorContext,
): Promise<void> {
  const { target, targetName = '', projectName = '', configurationName, root: workspaceRoot } = context;
  if (target?.cache !== true) return;
  const refuse = (what: string, hint: string): TursoSyncError =>
    new TursoSyncError('USAGE', `The target "${targetName}" of "${projectName}" is cached, but ${what}.`, {
      hint: `${hint} Or set "cache": false for it.`,
    });
  const environments = await environmentsOf(options, context);
  const fingerprint = fingerprintCommand({
    workspaceRoot,
    projectRoot: projectRootOf(context),
    target: targetName,
    environments,
  });
  if (!hasRuntimeInput(target, fingerprint))
    throw refuse(
      'its inputs lack the fingerprint of the remote',
      `Add {"runtime": ${JSON.stringify(fingerprint)}} to its inputs.`,
    );
  const named = guessConfiguration(asked(process.env), targetName) ?? '';
  if (configurationName !== undefined && configurationName !== named)
    throw refuse(
      `its key does not know the configuration "${configurationName}", which nobody asked for`,
      `Run \`nx run ${projectName}:${targetName}:${configurationName}\`.`,
    );
  const ofKey = environments.named.get(named) ?? environments.base;
  if (ofKey.environment !== project.environment)
    throw refuse(
      `its key is that of ${nameOf(ofKey)}, and this is ${nameOf(project)}`,
      `Run \`nx run ${projectName}:${targetName}${configurationOf(project)}\`.`,
    );
  const folder = project.files.snapshot.directory;
  const outputs = declaredOutputs(options, context);
  if (outputs.length === 1 && outputs[0] === folder) return;
  const relative = path.relative(workspaceRoot, folder).split(path.sep).join('/');
  if (relative.startsWith('..'))
    throw refuse('its snapshot is outside of the workspace', 'Move "stateDir" into it.');
  throw refuse(
    'its outputs are not the snapshot alone',
    `Set its outputs to ["{workspaceRoot}/${relative}"].`,
  );
}

/** Those that the inferred inputs know: by the options of the target itself, not those of a configuration or the command line. */
function environmentsOf({ config }: CommonOptions, context: ExecutorContext): Promise<Environments> {
  const { projectName = '', targetName = '', projectsConfigurations } = context;
  // Nx 21 puts those of the configuration into `context.target` too.
  const target = projectsConfigurations.projects[projectName]?.targets?.[targetName];
  const { env } = (target?.options ?? {}) as CommonOptions;
  return loadEnvironments(projectOf({ config, env }, context));
}

function hasRuntimeInput({ inputs }: TargetConfiguration, command: string): boolean {
  return (inputs ?? []).some(
    (input) => typeof input === 'object' && 'runtime' in input && input.runtime === command,
  );
}

function nameOf({ environment }: Project): string {
  return environment === null ? 'the default environment' : `the environment "${environment}"`;
}

function configurationOf({ environment }: Project): string {
  return environment === null ? '' : `:${environment}`;
}
