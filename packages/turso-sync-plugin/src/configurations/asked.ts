/** Holds {@link asked} for the tasks of a run, and for what Nx runs to work out their keys. */
const VARIABLE = 'TURSO_SYNC_NX_CONFIGURATION';

/**
 * Tells the tasks of a run what it was asked for. Nx runs a target without its configuration where it does not know the
 * configuration, and tells nobody; only the command line says what was meant.
 */
export function tellAsked(argv: readonly string[]): void {
  process.env[VARIABLE] = readCommandLine(argv.slice(2));
}

/**
 * What the run was asked for: a configuration (`staging`), or a task that may end in one (`app:turso-push:staging`), or
 * nothing (an empty text). Undefined where Nx has not asked the plugin.
 */
export function asked(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  return variables[VARIABLE];
}

/**
 * The configuration that a run seems to ask for, as can be told without knowing the workspace: a name with a colon in it
 * may be taken for one.
 *
 * @param target - the target that wants to know.
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

/** Of `run app:target:configuration`, or the same without `run`. */
function task(words: readonly string[]): string {
  const word = words.includes('run') ? words[words.indexOf('run') + 1] : words[0];
  return word?.includes(':') === true ? word.replaceAll('"', '') : '';
}
