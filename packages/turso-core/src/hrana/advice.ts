/** The sentences of hints that depend on the caller: where it gives its secrets. */
export interface Advice {
  /** After a token was refused. */
  readonly token: string;
  /** After an encryption key was refused, or is missing. */
  readonly key: string;
  /** After a secret was kept from plain HTTP. */
  readonly plainHttp: string;
}

/** For the commands: secrets come from variables. */
export const FOR_COMMANDS: Advice = {
  token:
    'Set the auth token variable to a token that is valid now; `turso db tokens create` makes a new one.',
  key: 'Name a variable with `encryptionKeyVariable` in the config, and set it to the key of the database in base64, in one line.',
  plainHttp:
    'Write https:// or libsql://. If the network in between is your own, set TURSO_SYNC_ALLOW_HTTP_TOKEN=1 in the environment.',
};
