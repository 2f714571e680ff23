import { ACTIONS } from './actions';
import { commandsOf, type WorkflowFacts } from './workflow-facts';

/** The path of the workflow. */
export const WORKFLOW_FILE = '.github/workflows/turso-sync.yml';

/** Returns the GitHub Actions workflow. It reviews plans on pull requests, and pushes them from the main branch. */
export function githubWorkflow(facts: WorkflowFacts): string {
  const { produce, diff, check, comment, reviewed, push } = commandsOf(facts, 'HEAD^1');
  const remote = facts.variables.map((name) => `${name}: \${{ secrets.${name} }}`);
  const isReviewed = `\${{ !cancelled() && steps.diff.outcome != 'skipped' }}`;
  return `${HEAD}
name: turso-sync

on:
  pull_request:
  push:
    branches: [${/^[\w./-]+$/.test(facts.branch) ? facts.branch : JSON.stringify(facts.branch)}]

permissions: {}

jobs:
  review:
    # GitHub gives no secrets to forks and Dependabot.
    if: >-
      github.event_name == 'pull_request' &&
      github.event.pull_request.head.repo.full_name == github.repository &&
      github.event.pull_request.user.login != 'dependabot[bot]'
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
      pull-requests: write
    concurrency:
      group: turso-sync-review-\${{ github.event.pull_request.number }}
      cancel-in-progress: true
    steps:
${prepare(facts)}
${
  produce === null ? '' : step('Create the data', { env: remote, run: [produce] })
}${step('Compare with the remote', { id: 'diff', env: remote, run: ['mkdir -p turso-review', diff] })}${step('Run the checks', { when: isReviewed, env: remote, run: [check] })}${step(
    'Comment on the pull request',
    {
      when: isReviewed,
      env: ['GITHUB_TOKEN: ${{ github.token }}'],
      run: [`${comment} \${{ job.status == 'failure' && '--failed' || '' }}`],
    },
  )}      - name: Keep the plans and reports
        if: ${isReviewed}
        uses: ${ACTIONS.uploadArtifact}
        with:
          name: turso-review
          path: turso-review
          if-no-files-found: ignore
          overwrite: true
          retention-days: 30

  no-review:
    if: >-
      github.event_name == 'pull_request' &&
      (github.event.pull_request.head.repo.full_name != github.repository ||
      github.event.pull_request.user.login == 'dependabot[bot]')
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions: {}
    steps:
      - run: echo "::notice::A pull request from a fork or from Dependabot gets no secrets. It has no review, and merging it pushes nothing."

  apply:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      contents: read
      actions: read
      pull-requests: read
    # Secrets of this environment replace those of the repository. Only this job needs a token that can write.
    environment: turso-sync
    concurrency:
      group: turso-sync-apply
      cancel-in-progress: false
    steps:
${prepare(facts)}
${step('Fetch the reviewed plans', { env: ['GITHUB_TOKEN: ${{ github.token }}'], run: [reviewed] })}${step(
    'Push the reviewed plans',
    { env: remote, run: push },
  )}`.replace(/\n+$/, '\n');
}

const HEAD = `# A pull request shows the changes it would push. After the merge, exactly these are pushed.
# Written by \`nx generate turso-sync-plugin:ci\`; you may edit it.`;

function prepare({ nodeFile, nodeVersion, install }: WorkflowFacts): string {
  const node = nodeFile === null ? `node-version: ${nodeVersion}` : `node-version-file: ${nodeFile}`;
  return `      - uses: ${ACTIONS.checkout}
        with:
          fetch-depth: 2
          persist-credentials: false
      - uses: ${ACTIONS.setupNode}
        with:
          ${node}
${step('Install the packages', { run: install })}`.trimEnd();
}

interface Step {
  readonly id?: string;
  readonly when?: string;
  readonly env?: readonly string[];
  readonly run: readonly string[];
}

function step(name: string, { id, when, env = [], run }: Step): string {
  return [
    `      - name: ${name}`,
    ...(id === undefined ? [] : [`        id: ${id}`]),
    ...(when === undefined ? [] : [`        if: ${when}`]),
    ...(env.length === 0 ? [] : ['        env:', ...env.map((line) => `          ${line}`)]),
    '        run: |',
    ...run.map((line) => `          ${line}`),
    '',
  ].join('\n');
}
