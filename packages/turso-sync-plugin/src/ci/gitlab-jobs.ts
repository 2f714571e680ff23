import { commandsOf, type WorkflowFacts } from './workflow-facts';

/** The path of the jobs, for the file that includes them. */
export const JOBS_FILE = '.gitlab/turso-sync.yml';
export const GITLAB_FILE = '.gitlab-ci.yml';

/** The text that the pipeline's file must include. */
export const INCLUDE = `include:\n  - local: ${JOBS_FILE}\n`;

/** Returns the GitLab CI jobs. They review plans on merge requests, and push them from the main branch. */
export function gitlabJobs(facts: WorkflowFacts): string {
  const { produce, diff, check, comment, reviewed, push } = commandsOf(
    facts,
    '"$CI_MERGE_REQUEST_DIFF_BASE_SHA"',
  );
  return `# A merge request shows the changes it would push. After the merge, exactly these are pushed.
# Written by \`nx generate turso-sync-plugin:ci\`; you may edit it.
# CI/CD variables: ${facts.variables.join(', ')}, and GITLAB_TOKEN, a project access token with the scope api.

.turso-sync:
  image: node:${facts.nodeVersion}
  needs: []
  before_script:
${facts.install.map((line) => `    - ${line}`).join('\n')}

turso-review:
  extends: .turso-sync
  timeout: 30 minutes
  rules:
    # A fork must not get your variables.
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID
  variables:
    GIT_DEPTH: '0'
  script:
    - |
      mkdir -p turso-review
      failed=""
${produce === null ? '' : `      ${produce}\n`}      ${diff} || failed="--failed"
      ${check} || failed="--failed"
      ${comment} $failed
      [ -z "$failed" ]
  artifacts:
    when: always
    paths:
      - turso-review
    expire_in: 30 days

turso-no-review:
  needs: []
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID != $CI_MERGE_REQUEST_PROJECT_ID
  variables:
    GIT_STRATEGY: none
  script:
    - echo "This merge request comes from a fork. It has no review, and merging it pushes nothing."

turso-apply:
  extends: .turso-sync
  timeout: 1 hour
  rules:
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  # Variables of this environment replace the others. Only this job needs a token that can write.
  environment:
    name: turso-sync
  resource_group: turso-sync
  interruptible: false
  script:
    - ${reviewed}
    - |
${push.map((line) => `      ${line}`).join('\n')}
`;
}
