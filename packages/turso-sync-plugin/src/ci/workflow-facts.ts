/** What the files of a CI workflow are made of. */
export interface WorkflowFacts {
  /** The branch from which plans are pushed. */
  readonly branch: string;
  /** How a package's command is run, such as `npx`. */
  readonly exec: string;
  /** The commands that install the packages, as the lock file says. */
  readonly install: readonly string[];
  /** The file that says which Node it is; null if there is none. */
  readonly nodeFile: string | null;
  /** The major version of Node if no file says it. */
  readonly nodeVersion: string;
  /** The variables of the projects' remotes. */
  readonly variables: readonly string[];
  /** The target that creates the data; null if there is none. */
  readonly produce: string | null;
  /** The configuration of the targets; null for the default environment. */
  readonly environment: string | null;
  /** The names of the targets. */
  readonly targets: { readonly diff: string; readonly check: string; readonly push: string };
}

/** The commands of the jobs; each fails its step. `base` is what Nx compares with. */
export interface WorkflowCommands {
  readonly produce: string | null;
  readonly diff: string;
  readonly check: string;
  readonly comment: string;
  readonly reviewed: string;
  readonly push: readonly string[];
}

/** The commands of the jobs, for any CI. */
export function commandsOf(facts: WorkflowFacts, base: string): WorkflowCommands {
  const { exec, environment, targets } = facts;
  const configuration = environment === null ? '' : ` --configuration=${word(environment)}`;
  const affected = (target: string, more = ''): string =>
    // Without a head, files that the job itself has written count too.
    `${exec} nx affected -t ${word(target)}${configuration} --base=${base} --head=HEAD${more}`;
  return {
    produce: facts.produce === null ? null : affected(facts.produce),
    diff: affected(targets.diff, ' --review=turso-review'),
    check: affected(targets.check),
    comment: `${exec} turso-sync comment --report turso-review`,
    reviewed: `${exec} turso-sync reviewed --out turso-reviews`,
    push: [
      'failed=0',
      'for review in turso-reviews/*/; do',
      '  [ -d "$review" ] || continue',
      `  projects=$(cd "$review" && find . -name plan.json | sed 's|^\\./||; s|/plan\\.json$||' | sort | paste -sd, -)`,
      `  ${exec} nx run-many -t ${word(targets.push)}${configuration} --projects="$projects" --review="$review" || failed=1`,
      'done',
      'exit $failed',
    ],
  };
}

/** A word for a shell. */
function word(text: string): string {
  return /^[\w@./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
