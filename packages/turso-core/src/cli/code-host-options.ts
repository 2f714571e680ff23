import { Option, type Command } from 'commander';
import { PROVIDERS, type Provider } from '../code-host/find-place';

/** The options that {@link addCodeHostOptions} adds. */
export interface CodeHostOptions {
  readonly provider?: Provider;
  readonly apiUrl?: string;
  readonly repository?: string;
  readonly tokenVariable?: string;
}

/** Adds the options for the code host of a CI job, with the command's own ones behind its repository. */
export function addCodeHostOptions(command: Command, ...own: readonly Option[]): Command {
  const options = [
    new Option('--provider <name>', 'use the API of this provider (default: the one of the CI job)').choices(
      PROVIDERS,
    ),
    new Option('--api-url <url>', 'use this address of the API'),
    new Option(
      '--repository <name>',
      'use this repository: owner/name on GitHub, number or path of the project on GitLab',
    ),
    ...own,
    new Option(
      '--token-variable <name>',
      'read the token from this variable (default: GITHUB_TOKEN, GITLAB_TOKEN)',
    ),
  ];
  for (const option of options) command.addOption(option);
  return command;
}
