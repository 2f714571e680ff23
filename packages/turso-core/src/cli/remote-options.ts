import type { Command } from 'commander';

/** What a subcommand that contacts the remote may be told about it. */
export interface RemoteFlags {
  readonly acceptRemote?: boolean;
}

/** Adds the option that confirms a remote which is another than the base's. */
export function withRemoteOptions(command: Command): Command {
  return command.option('--accept-remote', "accept another remote than the base's, and keep it from now on");
}
