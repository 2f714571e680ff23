import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import type { CommonOptions } from './options';
import { projectRootOf } from './project-of';

/** Commands that an executor goes by another name for. */
const OLD_NAMES: Readonly<Record<string, string>> = { 'dump-init': 'init', 'dump-push': 'push' };

/** A command between backticks, or at the head of a line of a list. Anything else may be data. */
const ADVICE =
  /(?<=`)turso-sync ([a-z][a-z-]*)([^`\n]*)(?=`)|(?<=^ {2})turso-sync ([a-z][a-z-]*)((?: \S+)*)(?= {2}|$)/gm;

/**
 * What turns advice such as `turso-sync dump-push --force` into that for Nx, `nx run app:turso-push --force`: the command
 * itself would work on the folder that it is run in, and make a second state folder there.
 */
export function wordsForNx(options: CommonOptions, context: ExecutorContext): (text: string) => string {
  return (text) =>
    text.replace(ADVICE, (...found: (string | undefined)[]) => {
      const [command = '', rest = ''] = found.slice(1, 5).filter((part) => part !== undefined);
      const [, named] = / --env[= ](\S+)/.exec(rest) ?? [];
      const words = rest.replace(/ --env[= ]\S+/, '');
      return `${nxCommand(command, named ?? options.env, context)}${words}`;
    });
}

function nxCommand(command: string, env: string | undefined, context: ExecutorContext): string {
  const target = targetFor(OLD_NAMES[command] ?? command, env, context);
  if (target === null) {
    const root = projectRootOf(context);
    const environment = env === undefined ? '' : ` --env ${env}`;
    const line = `npx turso-sync ${command}${environment}`;
    return root === '.' ? line : `cd ${root} && ${line}`;
  }
  return `nx run ${context.projectName ?? ''}:${target}`;
}

/** The target of the project that does what a command does, with its configuration; the task's own one first. */
function targetFor(name: string, env: string | undefined, context: ExecutorContext): string | null {
  const { projectName = '', targetName = '', projectsConfigurations } = context;
  const all = Object.entries(projectsConfigurations.projects[projectName]?.targets ?? {});
  const same = all.filter(([, { executor = '' }]) => commandOf(executor) === name);
  const own = same.find(([target]) => target === targetName);
  const candidates = own === undefined ? same : [own, ...same];
  // First, since Nx 21 puts the options of a configuration over those of the target.
  const configured = candidates.find(([, { configurations = {} }]) =>
    Object.hasOwn(configurations, env ?? ''),
  );
  if (configured !== undefined) return `${configured[0]}:${env ?? ''}`;
  return candidates.find(([, target]) => baseOf(target) === env)?.[0] ?? null;
}

/** The command that an executor of the plugin runs; null if it is another's. */
export function commandOf(executor = ''): string | null {
  const [, name] = /^turso-sync-plugin:(.+)$/.exec(executor) ?? [];
  return name === undefined ? null : (OLD_NAMES[name] ?? name);
}

function baseOf({ options }: TargetConfiguration): string | undefined {
  return (options as CommonOptions | undefined)?.env;
}
