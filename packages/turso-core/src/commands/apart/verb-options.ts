import type { OptionKind, OptionKinds } from '../../check-options';
import type { CopyOptions } from '../copy';
import type { CheckOptions } from '../check';
import type { CleanOptions } from '../clean';
import type { DiffOptions } from '../diff';
import type { DoctorOptions } from '../doctor';
import type { DumpOptions } from '../dump';
import type { InitOptions } from '../init';
import type { PullOptions } from '../pull';
import type { PushOptions } from '../push';
import type { RestoreOptions } from '../restore';
import type { SnapshotCommandOptions } from '../snapshot';
import type { StatusOptions } from '../status';
import type { UndoOptions } from '../undo';
import type { VerifyOptions } from '../verify';
import type { VerbName } from './verbs';

/** Options of every verb. */
const events = { onEvent: 'function', signal: 'signal' } as const;
const conflicts = {
  merge: ['rows', 'cells', 'never'],
  onConflict: ['fail', 'ours', 'theirs'],
} as const;
/** Options of every verb with access to the remote. */
const remote = { ...events, acceptRemote: 'boolean' } as const;
const resume = { resume: ['arrived', 'repeat'] } as const;

const copy: OptionKinds<CopyOptions> = { ...events, to: 'string' };
const check: OptionKinds<CheckOptions> = events;
const clean: OptionKinds<CleanOptions> = {
  ...events,
  force: 'boolean',
  backups: 'boolean',
  undo: 'boolean',
  dumps: 'boolean',
};
const diff: OptionKinds<DiffOptions> = { ...events, table: 'string', rows: 'count', save: 'string' };
const doctor: OptionKinds<DoctorOptions> = { ...events, readOnly: 'boolean', showHost: 'boolean' };
const dump: OptionKinds<DumpOptions> = { ...remote, of: ['base', 'working-copy', 'remote'], to: 'any' };
const init: OptionKinds<InitOptions> = {
  ...remote,
  create: 'boolean',
  force: 'boolean',
  snapshot: ['take', 'use'],
  edits: ['refuse', 'keep'],
  from: 'string',
  keepEdits: 'boolean',
};
const pull: OptionKinds<PullOptions> = { ...remote, ...conflicts, ...resume };
const push: OptionKinds<PushOptions> = {
  ...remote,
  ...conflicts,
  ...resume,
  plan: 'string',
  dryRun: 'boolean',
  allow: 'list',
  checksOnRemote: 'boolean',
  maxRowsWritten: 'count',
};
const restore: OptionKinds<RestoreOptions> = { ...events, backup: 'string', to: 'string' };
const snapshot: OptionKinds<SnapshotCommandOptions> = {
  ...remote,
  create: 'boolean',
  dump: 'boolean',
  sharing: 'any',
};
const status: OptionKinds<StatusOptions> = { ...events, capabilities: 'boolean' };
const undo: OptionKinds<UndoOptions> = { ...remote, push: 'count', remoteOnly: 'boolean' };
const verify: OptionKinds<VerifyOptions> = { ...remote, save: 'string' };

/** The valid options of each verb, with their kinds. */
export const VERB_OPTIONS: Readonly<Record<VerbName, Readonly<Record<string, OptionKind>>>> = {
  check,
  clean,
  copy,
  diff,
  doctor,
  dump,
  fingerprint: events,
  init,
  pull,
  push,
  restore,
  snapshot,
  status,
  undo,
  verify,
};
