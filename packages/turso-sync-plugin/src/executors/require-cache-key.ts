import path from 'node:path';
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { TursoSyncError, type Project } from 'turso-core/own-process';
import { asked, guessConfiguration } from '../configurations/asked';
import { loadEnvironments } from '../configurations/load-environments';
import { fingerprintCommand } from '../fingerprint/command';
import { declaredOutputs } from './declared-outputs';
import type { CommonOptions } from './options';
import { projectOf, projectRootOf } from './project-of';

/**
 * Refuses to cache a snapshot under a key that would not change with its remote. Nx would restore it forever. This
 * happens if project.json or nx.json replace the inferred inputs, or if another environment is requested. A change of
 * any of these runs the task first, and so reaches this check. Throws USAGE.
 */
export async function requireCacheKey(
  project: Project,
  options: CommonOptions,
  context: ExecutorContext,
): Promise<void> {
  const { target, targetName = '', projectName = '' } = context;
  if (target?.cache !== true) return;
  const problem = (await wrongInputs(project, options, context)) ?? wrongOutputs(project, options, context);
  if (problem === null) return;
  throw new TursoSyncError(
    'USAGE',
    `The target "${targetName}" of "${projectName}" is cached, but ${problem.what}.`,
    { hint: `${problem.hint} Or set "cache": false for it.` },
  );
}

interface Problem {
  readonly what: string;
  readonly hint: string;
}

async function wrongInputs(
  project: Project,
  { config }: CommonOptions,
  context: ExecutorContext,
): Promise<Problem | null> {
  const { target, targetName = '', projectName = '', configurationName, root: workspaceRoot } = context;
  const task = `nx run ${projectName}:${targetName}`;
  const { base: unnamed, named } = await loadEnvironments(projectOf({ config }, context));
  const projectRoot = projectRootOf(context);
  const fingerprintOf = (base: Project): string =>
    fingerprintCommand({ workspaceRoot, projectRoot, target: targetName, environments: { base, named } });
  // In Nx 21, options of the configuration override those of the target, so only the inputs tell the intended base.
  const bases = [unnamed, ...named.values()].filter((base) => hasRuntimeInput(target, fingerprintOf(base)));
  if (bases.length === 0) {
    const runtime = fingerprintOf(configurationName === undefined ? project : unnamed);
    return {
      what: 'its inputs lack the fingerprint of the remote',
      hint: `Add ${JSON.stringify({ runtime })} to its inputs.`,
    };
  }
  const configuration = guessConfiguration(asked(process.env), targetName) ?? '';
  if (configurationName !== undefined && configurationName !== configuration)
    return {
      what: `its key does not know the configuration "${configurationName}", which nobody asked for`,
      hint: `Run \`${task}:${configurationName}\`.`,
    };
  const ofKey = bases.map((base) => named.get(configuration) ?? base);
  if (ofKey.some(({ environment }) => environment === project.environment)) return null;
  return {
    what: `its key is that of ${nameOf(ofKey[0] ?? unnamed)}, and this is ${nameOf(project)}`,
    hint: `Run \`${task}${project.environment === null ? '' : `:${project.environment}`}\`.`,
  };
}

function wrongOutputs({ files }: Project, options: CommonOptions, context: ExecutorContext): Problem | null {
  const folder = files.snapshot.directory;
  const outputs = declaredOutputs(options, context);
  if (outputs.length === 1 && outputs[0] === folder) return null;
  const relative = path.relative(context.root, folder).split(path.sep).join('/');
  return relative.startsWith('..')
    ? { what: 'its snapshot is outside of the workspace', hint: 'Move "stateDir" into the workspace.' }
    : {
        what: 'its outputs are not the snapshot alone',
        hint: `Set its outputs to ["{workspaceRoot}/${relative}"].`,
      };
}

function hasRuntimeInput(target: TargetConfiguration | undefined, command: string): boolean {
  return (target?.inputs ?? []).some(
    (input) => typeof input === 'object' && 'runtime' in input && input.runtime === command,
  );
}

function nameOf({ environment }: Project): string {
  return environment === null ? 'the default environment' : `the environment "${environment}"`;
}
