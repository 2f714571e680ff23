/** Holds {@link asked} for the tasks of a run, and for the commands that Nx runs for their keys. */
const VARIABLE = 'TURSO_SYNC_NX_CONFIGURATION';

/**
 * Stores the request of a run for its tasks. If a target lacks the configuration, Nx silently runs it without. Only the
 * command line tells the intention.
 */
export function tellAsked(argv: readonly string[]): void {
  process.env[VARIABLE] = readCommandLine(argv.slice(2));
}

/**
 * Returns the request of the run: a configuration (`staging`), a task that may end in one (`app:turso-push:staging`),
 * or an empty text for neither. Undefined if Nx has not called the plugin.
 */
export function asked(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  return variables[VARIABLE];
}

/**
 * Guesses the requested configuration of a run without knowledge of the workspace. It may mistake a name with a colon
 * for one.
 *
 * @param target - the target that asks.
 */
export function guessConfiguration(text: string | undefined, target: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  const parts = text.split(':');
  if (parts.length === 1) return text;
  // Nx 23 and later take the project from the current folder.
  if (parts.length === 2) return parts[0] === target ? parts[1] : undefined;
  return parts.slice(2).join(':');
}

function readCommandLine(args: readonly string[]): string {
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  const words: string[] = [];
  let configuration = '';
  own.forEach((arg, i) => {
    const [, value] = /^(?:-c=?|--c=|--configuration=)(.+)$/s.exec(arg) ?? [];
    if (value !== undefined) configuration = value;
    else if (isConfigurationFlag(arg)) configuration = own[i + 1] ?? '';
    else if (arg === '--prod') configuration = 'production';
    else if (!arg.startsWith('-') && !isConfigurationFlag(own[i - 1])) words.push(arg);
  });
  return configuration === '' ? task(words) : configuration;
}

function isConfigurationFlag(arg: string | undefined): boolean {
  return arg === '-c' || arg === '--c' || arg === '--configuration';
}

/** Returns the task of `run app:target:configuration`, or of the same without `run`. */
function task(words: readonly string[]): string {
  const word = words.includes('run') ? words[words.indexOf('run') + 1] : words[0];
  return word?.includes(':') === true ? word.replaceAll('"', '') : '';
}
