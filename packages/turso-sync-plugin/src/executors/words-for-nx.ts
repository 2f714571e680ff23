import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { rewordAdvice } from 'turso-core/own-process';
import type { CommonOptions } from './options';
import { projectRootOf } from './project-of';

/** Commands with another name as executors. */
const OLD_NAMES: Readonly<Record<string, string>> = { 'dump-init': 'init', 'dump-push': 'push' };

/**
 * Returns a function that turns advice such as `turso-sync dump-push --force` into `nx run app:turso-push --force`. The
 * command itself would work on the current folder, and make a second state folder there.
 */
export function wordsForNx(options: CommonOptions, context: ExecutorContext): (text: string) => string {
  return (text) =>
    rewordAdvice(text, (command, rest) => {
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

/** Returns the project's target for a command, with its configuration. The task's own target comes first. */
function targetFor(name: string, env: string | undefined, context: ExecutorContext): string | null {
  const { projectName = '', targetName = '', projectsConfigurations } = context;
  const all = Object.entries(projectsConfigurations.projects[projectName]?.targets ?? {});
  const same = all.filter(([, { executor = '' }]) => commandOf(executor) === name);
  const own = same.find(([target]) => target === targetName);
  const candidates = own === undefined ? same : [own, ...same];
  // First, since in Nx 21 the options of a configuration override those of the target.
  const configured = candidates.find(([, { configurations = {} }]) =>
    Object.hasOwn(configurations, env ?? ''),
  );
  if (configured !== undefined) return `${configured[0]}:${env ?? ''}`;
  return candidates.find(([, target]) => baseOf(target) === env)?.[0] ?? null;
}

/** Returns the command of an executor of this plugin, or null for another plugin's. */
export function commandOf(executor = ''): string | null {
  const [, name] = /^turso-sync-plugin:(.+)$/.exec(executor) ?? [];
  return name === undefined ? null : (OLD_NAMES[name] ?? name);
}

function baseOf({ options }: TargetConfiguration): string | undefined {
  return (options as CommonOptions | undefined)?.env;
}
