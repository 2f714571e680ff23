import { apply } from '../../apply/apply';
import { asOnRemote } from '../../changeset/as-on-remote';
import { timed } from '../../events';
import type { Statement } from '../../sqlite/statement';
import { hasComputed, warnOfComputedAfter } from '../comparing/written-computed';
import { resolvedIn } from '../conflicts/conflict-options';
import { writeConflicts } from '../conflicts/conflicts-file';
import { warnOfOrphans } from '../conflicts/orphan-warnings';
import { failedOnRemote } from './failed-on-remote';
import { describeStatements, nothingSent, type SendJob, type Sent } from './send';

/**
 * Finds the outcome of a push: the remote runs the very transaction and rolls it back. Its own parser, rules and rows
 * decide. Nothing is written, neither on the remote nor to the base or the journal.
 */
export async function tryOut(
  job: SendJob,
): Promise<Omit<Sent, 'outcome' | 'plan'> & { outcome: 'dry-run' | 'conflict' | 'refused' }> {
  const { remote, from, comparison, policy, checks = [], onEvent } = job;
  const { location, maxRowBytes } = remote;
  const target = {
    location,
    ...(maxRowBytes === undefined ? {} : { maxRowBytes }),
    transact: remote.tryOut.bind(remote),
    read: remote.read.bind(remote),
  };
  let tried: readonly Statement[] = [];
  const onSend = (statements: readonly Statement[]): void => {
    tried = statements;
    onEvent?.({ type: 'transaction', ...describeStatements(statements) });
  };
  const movedRowids = new Set(from.movedRowids);
  const meant = asOnRemote(comparison.changeset, from.setAside);
  const options = {
    ...policy,
    movedRowids,
    onSend,
    folder: job.temporary,
    checks: checks.map((check) => check.statement),
  };
  const result = await timed(onEvent, 'try', () => apply(meant, target, options));
  if (result.outcome === 'refused')
    return { ...nothingSent('refused'), failedChecks: await failedOnRemote(remote, checks, result, tried) };
  if (result.outcome === 'conflict') {
    const { conflicts } = result;
    await writeConflicts(job, conflicts, { location, onEvent });
    return { ...nothingSent('conflict'), conflicts };
  }
  warnOfOrphans(result.orphans, onEvent);
  const pushed = { changeset: comparison.changeset, pushed: comparison.frozen };
  if (hasComputed(pushed)) await warnOfComputedAfter(remote, tried, pushed, onEvent);
  const { alreadyThere, notCarried } = result;
  const nothingFailed = { conflicts: [], failedChecks: [] };
  return { outcome: 'dry-run', ...nothingFailed, ...resolvedIn(result), alreadyThere, notCarried };
}
