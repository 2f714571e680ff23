/* eslint-disable @typescript-eslint/no-require-imports */

/** A verb as its process calls it. */
export type Verb = (project: never, options: never) => Promise<unknown>;

/** The verbs for databases, by name. Each is loaded on demand. */
export const VERBS = {
  copy: (): Verb => (require('../copy') as typeof import('../copy')).copy,
  clean: (): Verb => (require('../clean') as typeof import('../clean')).clean,
  check: (): Verb => (require('../check') as typeof import('../check')).check,
  diff: (): Verb => (require('../diff') as typeof import('../diff')).diff,
  doctor: (): Verb => (require('../doctor') as typeof import('../doctor')).doctor,
  dump: (): Verb => (require('../dump') as typeof import('../dump')).dump,
  fingerprint: (): Verb => (require('../fingerprint') as typeof import('../fingerprint')).fingerprint,
  init: (): Verb => (require('../init') as typeof import('../init')).init,
  pull: (): Verb => (require('../pull') as typeof import('../pull')).pull,
  push: (): Verb => (require('../push') as typeof import('../push')).push,
  restore: (): Verb => (require('../restore') as typeof import('../restore')).restore,
  snapshot: (): Verb => (require('../snapshot') as typeof import('../snapshot')).snapshot,
  status: (): Verb => (require('../status') as typeof import('../status')).status,
  undo: (): Verb => (require('../undo') as typeof import('../undo')).undo,
  verify: (): Verb => (require('../verify') as typeof import('../verify')).verify,
};

/** The name of a verb. */
export type VerbName = keyof typeof VERBS;
