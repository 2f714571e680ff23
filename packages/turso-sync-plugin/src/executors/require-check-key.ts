import type { ExecutorContext } from '@nx/devkit';
import { TursoSyncError } from 'turso-core/own-process';
import { checkKeyCommand } from '../check-key/command';
import { loadEnvironments } from '../configurations/load-environments';
import type { CommonOptions } from './options';
import { projectOf } from './project-of';

/**
 * Refuses to run checks as a cached task under a key that would not change with the data. Nx would then report them as
 * passed forever. This happens if project.json or nx.json replace the inferred inputs. A change of the inputs runs the
 * task first, and so reaches this check. Throws USAGE.
 */
export async function requireCheckKey({ config }: CommonOptions, context: ExecutorContext): Promise<void> {
  const { target, targetName = '', projectName = '', root } = context;
  if (target?.cache !== true) return;
  const inputs = target.inputs ?? [];
  const { base: unnamed, named } = await loadEnvironments(projectOf({ config }, context));
  // An option of the plugin decides which of them the inferred target takes without a configuration.
  const commands = [unnamed, ...named.values()].map((base) => checkKeyCommand(root, { base, named }));
  const hasKey = inputs.some((i) => typeof i === 'object' && 'runtime' in i && commands.includes(i.runtime));
  const isLate = inputs.some((i) => typeof i === 'object' && 'dependentTasksOutputFiles' in i);
  if (hasKey && isLate) return;
  const missing = [
    ...(hasKey ? [] : [{ runtime: commands[0] }]),
    ...(isLate ? [] : [{ dependentTasksOutputFiles: '**/*' }]),
  ];
  throw new TursoSyncError(
    'USAGE',
    `The target "${targetName}" of "${projectName}" is cached, but its inputs lack the digest of the data.`,
    {
      hint: `Add ${missing.map((input) => JSON.stringify(input)).join(' and ')} to its inputs. Or set "cache": false for it.`,
    },
  );
}
