import type { Advice } from '../hrana/advice';

/** For programs: secrets are options. */
export const FOR_PROGRAMS: Advice = {
  token:
    'Give a token that is valid now as `authToken`, or by setAuthToken(); `turso db tokens create` makes a new one.',
  key: 'Give the key of the database as `encryptionKey`, in base64, in one line.',
  plainHttp:
    'Write https:// or libsql://. If the network in between is your own, set `allowHttpToken` to true.',
};
