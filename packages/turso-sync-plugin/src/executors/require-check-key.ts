import type { ExecutorContext } from '@nx/devkit';
import { TursoSyncError } from 'turso-core/own-process';
import { checkKeyCommand } from '../check-key/command';
import { loadEnvironments } from '../configurations/load-environments';
import type { CommonOptions } from './options';
import { projectOf } from './project-of';

/**
 * Refuses to run checks as a cached task whose key would not change with the data, as if project.json or nx.json replace the inferred
 * inputs: Nx would then say for ever that they passed. A change of the inputs runs the task first, and so comes by here. Throws USAGE.
 */
export async function requireCheckKey({ config }: CommonOptions, context: ExecutorContext): Promise<void> {
  const { target, targetName = '', projectName = '', root } = context;
  if (target?.cache !== true) return;
  const inputs = target.inputs ?? [];
  const { base: unnamed, named } = await loadEnvironments(projectOf({ config }, context));
  // Which of them the inferred target takes without a configuration, an option of the plugin says.
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
