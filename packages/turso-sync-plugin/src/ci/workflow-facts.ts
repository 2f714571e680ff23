/** The facts for the files of a CI workflow. */
export interface WorkflowFacts {
  /** The branch that pushes plans. */
  readonly branch: string;
  /** The program that runs a package's command, such as `npx`. */
  readonly exec: string;
  /** The commands that install the packages as in the lock file. */
  readonly install: readonly string[];
  /** The file that names the Node version, or null if there is none. */
  readonly nodeFile: string | null;
  /** The major version of Node if no file names it. */
  readonly nodeVersion: string;
  /** The variables of the projects' remotes. */
  readonly variables: readonly string[];
  /** The target that creates the data, or null if there is none. */
  readonly produce: string | null;
  /** The configuration of the targets, or null for the default environment. */
  readonly environment: string | null;
  /** The names of the targets. */
  readonly targets: { readonly diff: string; readonly check: string; readonly push: string };
}

/** The commands of the jobs. Each fails its step. Nx compares with `base`. */
export interface WorkflowCommands {
  readonly produce: string | null;
  readonly diff: string;
  readonly check: string;
  readonly comment: string;
  readonly reviewed: string;
  readonly push: readonly string[];
}

/** Returns the commands of the jobs, for any CI. */
export function commandsOf(facts: WorkflowFacts, base: string): WorkflowCommands {
  const { exec, environment, targets } = facts;
  const configuration = environment === null ? '' : ` --configuration=${word(environment)}`;
  const affected = (target: string, more = ''): string =>
    // Without a head, files written by the job itself count too.
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

/** Quotes a word for a shell. */
function word(text: string): string {
  return /^[\w@./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
