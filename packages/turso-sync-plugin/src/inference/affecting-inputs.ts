import { defaultInputs } from './default-inputs';
import { listsOf, type GivenProject, type Input } from './given-project';
import { remoteTargetNames, type ResolvedOptions } from './options';

/**
 * The settings of nx.json for all projects, as far as they affect the inputs of targets. Their types are not checked
 * yet.
 */
export interface WorkspaceSettings {
  readonly plugins?: readonly (string | { readonly plugin: string })[];
  readonly namedInputs?: unknown;
  readonly targetDefaults?: unknown;
}

/** The facts that determine the inputs of a project's targets. */
export interface AffectingFacts {
  readonly workspace: WorkspaceSettings;
  readonly project: GivenProject;
  readonly options: ResolvedOptions;
}

/** Nx's inputs for a target without any. */
const DEFAULT: readonly Input[] = ['default', '^default'];

/**
 * Returns the inputs with which Nx 24 affects a push exactly when it affects the makers of its data. These are the
 * build and the target that `produce` names. Nx 24 selects a task if a change is among its inputs. It does not select a
 * task that merely waits for another. Earlier versions select projects, whatever the inputs. Undefined if these targets
 * have Nx's default inputs, or if there are none.
 *
 * Another plugin may infer the build, after this one and unseen. It then counts as having the inputs that Nx's own
 * plugins infer.
 */
export function affectingInputs(facts: AffectingFacts): Input[] | undefined {
  const known = makersOf(facts)
    .map((name) => inputsOf(name, facts))
    .filter((inputs) => inputs !== null);
  const lists = [...new Map(known.map((inputs) => [JSON.stringify(inputs), inputs])).values()];
  const inputs = lists.length > 1 ? unionOf(lists, namedInputsOf(facts)) : lists[0];
  if (inputs === undefined || JSON.stringify(inputs) === JSON.stringify(DEFAULT)) return undefined;
  return inputs.filter(canBeTouched).map(readingTransitively);
}

/**
 * Returns the targets that make the data of a push. The other targets that a push waits for are gates, such as tests.
 */
function makersOf({ project, options }: AffectingFacts): string[] {
  const { pushTargetName, pushAfter, produce } = options;
  const given = project.targets[pushTargetName]?.dependsOn;
  const awaited = (given ?? [...pushAfter, ...(produce === undefined ? [] : [produce])]).filter(
    (name): name is string => typeof name === 'string' && !/[\^*]/.test(name),
  );
  const gates = awaited.filter((name) => name !== produce && !remoteTargetNames(options).includes(name));
  const build = gates.includes('build') ? 'build' : gates[0];
  return [build, awaited.find((name) => name === produce)].filter((name) => name !== undefined);
}

/** Returns the inputs of a target as Nx merges them, or null if the project has no such target. */
function inputsOf(name: string, { workspace, project }: AffectingFacts): readonly Input[] | null {
  const given = project.targets[name];
  const mayBeInferred = (workspace.plugins ?? []).some(
    (entry) => (typeof entry === 'string' ? entry : entry.plugin) !== 'turso-sync-plugin',
  );
  if (given === undefined && !mayBeInferred) return null;
  const hasProduction = Object.hasOwn(namedInputsOf({ workspace, project }), 'production');
  const inferred = hasProduction ? ['production', '^production'] : DEFAULT;
  return spread([
    given?.inputs,
    defaultInputs(workspace.targetDefaults, name, given?.executor),
    given?.executor === undefined && mayBeInferred ? inferred : DEFAULT,
  ]);
}

/** Returns the first list that exists. Its entry `...` stands for the next one. */
function spread([first, ...rest]: readonly (readonly Input[] | undefined)[]): readonly Input[] {
  if (first === undefined) return rest.length === 0 ? [] : spread(rest);
  return first.flatMap((input) => (input === '...' ? spread(rest) : [input]));
}

function namedInputsOf({ workspace, project }: Omit<AffectingFacts, 'options'>): GivenProject['namedInputs'] {
  return { default: ['{projectRoot}/**/*'], ...listsOf(workspace.namedInputs), ...project.namedInputs };
}

/**
 * Joins the inputs of several targets, so a change that affects any of them counts. One may leave out an input of
 * another.
 */
function unionOf(lists: readonly (readonly Input[])[], named: GivenProject['namedInputs']): readonly Input[] {
  const readsAllPackages = lists.some((list) => !list.some(isOfPackages));
  const all = lists
    .flat()
    .flatMap((input) => expand(input, named))
    .filter((input) => !isExclusion(input) && !(readsAllPackages && isOfPackages(input)));
  return [...new Map(all.map((input) => [JSON.stringify(input), input])).values()];
}

function expand(input: Input, named: GivenProject['namedInputs'], within: readonly string[] = []): Input[] {
  const name = typeof input === 'string' ? input : isPlainName(input) ? input.input : null;
  const inputs = name === null || within.includes(name) ? undefined : named[name];
  if (name === null || inputs === undefined) return [input];
  return inputs.flatMap((inner) => expand(inner, named, [...within, name]));
}

function isPlainName(input: Exclude<Input, string>): input is { input: string } {
  return 'input' in input && !('projects' in input) && !('dependencies' in input);
}

function isExclusion(input: Input): boolean {
  const fileset: unknown = typeof input === 'object' && 'fileset' in input ? input.fileset : input;
  return typeof fileset === 'string' && fileset.startsWith('!');
}

function isOfPackages(input: Input): boolean {
  return typeof input === 'object' && 'externalDependencies' in input;
}

// A commit touches none of these. Nx would run the commands for each push.
function canBeTouched(input: Input): boolean {
  return typeof input === 'string' || !('runtime' in input || 'env' in input || 'workingDirectory' in input);
}

// The tasks before the build are one step farther from a push.
function readingTransitively(input: Input): Input {
  return typeof input === 'object' && 'dependentTasksOutputFiles' in input
    ? { ...input, transitive: true }
    : input;
}
