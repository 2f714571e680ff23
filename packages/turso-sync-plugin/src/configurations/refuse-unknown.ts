import type { ExecutorContext } from '@nx/devkit';
import { nearest, TursoSyncError } from 'turso-core/own-process';
import { asked } from './asked';
import { findConfiguration } from './find-configuration';

/**
 * Refuses a task that Nx runs without the requested configuration because it knows none of that name. The environment
 * without a name might be production. Also refuses an environment together with another one's configuration. Throws
 * USAGE.
 */
export function refuseUnknown(options: { readonly env?: string }, context: ExecutorContext): void {
  const { target, targetName = '', projectName = '', configurationName } = context;
  const { projects } = context.projectsConfigurations;
  const wanted = findConfiguration(asked(process.env) ?? '', projects);
  const configurations = (target?.configurations ?? {}) as Record<string, { readonly env?: string }>;
  if (wanted !== undefined && wanted !== configurationName)
    throw new TursoSyncError(
      'USAGE',
      `The target "${targetName}" of "${projectName}" has no configuration "${wanted}".`,
      { hint: hintFor(wanted, targetName, Object.keys(configurations)) },
    );
  const env = configurationName === undefined ? undefined : configurations[configurationName]?.env;
  if (env === undefined || env === options.env) return;
  throw new TursoSyncError(
    'USAGE',
    `The configuration "${configurationName ?? ''}" means the environment "${env}", but --env names "${options.env ?? ''}".`,
    { hint: 'Name the environment once, as the configuration.' },
  );
}

function hintFor(wanted: string, targetName: string, known: readonly string[]): string {
  const close = nearest(wanted, known);
  const suggestion = close === undefined ? '' : `Did you mean "${close}"? `;
  const has =
    known.length === 0 ? 'It has none: each environment of the config is one' : `It has ${known.join(', ')}`;
  return (
    `${suggestion}${has}. To run it with the default environment under that name, ` +
    `add "configurations": { "${wanted}": {} } to "${targetName}" in project.json.`
  );
}
