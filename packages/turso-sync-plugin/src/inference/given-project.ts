import type { TargetConfiguration } from '@nx/devkit';

/** One entry of `inputs`, or of a named input. */
export type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** A project's own settings in project.json and package.json, as far as they affect the inputs of targets. */
export interface GivenProject {
  readonly targets: Readonly<Record<string, GivenTarget>>;
  readonly namedInputs: Readonly<Record<string, readonly Input[]>>;
}

/** A target, as far as the files describe it. */
export interface GivenTarget {
  /** Unknown if another plugin of Nx infers it. */
  readonly executor?: string;
  readonly inputs?: readonly Input[];
  readonly dependsOn?: readonly unknown[];
}

/** The files that {@link readGivenProject} reads, in the folder of the project. */
export const GIVEN_FILES = ['project.json', 'package.json'] as const;

/**
 * Reads a project's own settings. An unreadable file or a value of another type counts as missing: Nx itself reports
 * the error in it.
 *
 * @param read - returns the text of a file in the project's folder, or null if it does not exist.
 */
export function readGivenProject(read: (file: (typeof GIVEN_FILES)[number]) => string | null): GivenProject {
  const project = parse(read('project.json'));
  const manifest = parse(read('package.json'));
  const nx = objectOf(manifest['nx']);
  const included = listOf(nx['includedScripts']);
  const targets: Record<string, GivenTarget> = {};
  for (const name of Object.keys(objectOf(manifest['scripts'])))
    if (included?.includes(name) ?? true) targets[name] = { executor: 'nx:run-script' };
  for (const given of [nx, project])
    for (const [name, target] of Object.entries(objectOf(given['targets'])))
      targets[name] = { ...targets[name], ...targetOf(objectOf(target)) };
  return { targets, namedInputs: { ...listsOf(nx['namedInputs']), ...listsOf(project['namedInputs']) } };
}

/** Returns the lists among the entries of an object, as in named inputs. */
export function listsOf(value: unknown): Record<string, readonly Input[]> {
  const entries = Object.entries(objectOf(value)).map(([name, list]) => [name, listOf(list)] as const);
  return Object.fromEntries(entries.filter((entry) => entry[1] !== undefined)) as Record<
    string,
    readonly Input[]
  >;
}

/** Returns a list of inputs, or undefined for anything else. */
export function listOf(value: unknown): readonly Input[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((input) => typeof input === 'string' || isObject(input)) as Input[];
}

/** Returns an object, or an empty one for anything else. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function targetOf({ executor, command, inputs, dependsOn }: Readonly<Record<string, unknown>>): GivenTarget {
  const runs =
    typeof executor === 'string' ? executor : command === undefined ? undefined : 'nx:run-commands';
  const [list, before] = [listOf(inputs), listOf(dependsOn)];
  return {
    ...(runs === undefined ? {} : { executor: runs }),
    ...(list === undefined ? {} : { inputs: list }),
    ...(before === undefined ? {} : { dependsOn: before }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string | null): Readonly<Record<string, unknown>> {
  if (text === null) return {};
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return parseWithComments(text);
  }
}

// Nx allows comments. Its parser is loaded only if there are some.
function parseWithComments(text: string): Readonly<Record<string, unknown>> {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { parseJson } = require('nx/src/devkit-exports') as { parseJson: (text: string) => unknown };
    return objectOf(parseJson(text));
  } catch {
    return {};
  }
}
