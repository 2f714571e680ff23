import type { SnapshotStatus, FileStatus, StatusResult } from '../commands/status';
import type { SetAside } from '../sqlite/schema/set-aside';
import { summaryLines } from './changes-text';
import { capabilityLines } from './capability-lines';
import { costText } from './cost-text';
import { formatAge, formatBytes } from './units';
import { shown } from './shown';

/** Returns the result of `status` for people. */
export function statusText(status: StatusResult): string {
  const { project, environment, mode, variables, remote, remoteState, pending, versions, next } = status;
  const isSet = (variable: { name: string; isSet: boolean }): string =>
    `${variable.name} ${variable.isSet ? 'is set' : 'is not set'}`;
  return [
    `Project       ${project.directory}`,
    `Config        ${project.configFile ?? 'none (defaults)'}${environment === null ? '' : `, environment ${environment}`}`,
    ...(project.exclude.length === 0 ? [] : [`Excluded      ${project.exclude.map(shown).join(', ')}`]),
    `Mode          ${MODES[mode]}`,
    `Variables     ${[variables.url, variables.authToken, ...(variables.encryptionKey === null ? [] : [variables.encryptionKey])].map(isSet).join(', ')}`,
    `Remote        ${remoteLine(remote, remoteState)}`,
    ...(remoteState.pullCost === null ? [] : [`To pull       ${pullLine(remoteState)}`]),
    ...(remoteState.capabilities === null ? [] : capabilityLines(remoteState.capabilities)),
    ...problemLines('Not asked     ', remoteState.capabilitiesProblem),
    `Working copy  ${fileLine(status.workingCopy)}`,
    ...(mode === 'live-connection' ? [`Replica       ${fileLine(status.replica)}`] : []),
    `Snapshot      ${snapshotLine(status.snapshot)}`,
    `Base          ${snapshotLine(status.base)}`,
    ...setAsideLines(status.base.manifest?.setAside ?? []),
    `To push       ${pendingLines(pending).join('\n              ')}`,
    ...(status.cutOff === null
      ? []
      : [`Cut off       a push to ${status.cutOff.remote}, ${formatAge(status.cutOff.startedAt)}`]),
    `Versions      turso-sync ${versions.tursoSync}, Node ${versions.node}, SQLite ${versions.sqlite}`,
    ...next.map((step) => `Next          ${step}`),
  ].join('\n');
}

const MODES = {
  'live-connection': 'live connection',
  'working-copy': 'working copy',
  uninitialized: 'none yet (neither a replica nor a working copy)',
};

function remoteLine(
  location: string | null,
  { answers, hasMoved, problem }: StatusResult['remoteState'],
): string {
  if (!answers || problem !== null)
    return `${location ?? 'unknown'}: ${problem?.code ?? ''} ${shown(problem?.message ?? '')}`;
  const moved = {
    true: 'has changed since the base was made',
    false: 'has not changed since the base was made',
    null: 'answers',
  };
  return `${location ?? ''}: ${moved[String(hasMoved) as keyof typeof moved]}`;
}

/** Free of charge does not mean that there is nothing to pull. */
function pullLine({ hasMoved, pullCost }: StatusResult['remoteState']): string {
  const what = hasMoved === true ? 'what has changed' : 'whatever has changed';
  return `${what}, for ${pullCost === null ? '' : costText(pullCost)}`;
}

function problemLines(label: string, problem: StatusResult['remoteState']['problem']): string[] {
  return problem === null ? [] : [`${label}${problem.code} ${shown(problem.message)}`];
}

function fileLine({ path, bytes, modifiedAt }: FileStatus): string {
  return bytes === null || modifiedAt === null
    ? `${path}: none`
    : `${path}: ${formatBytes(bytes)}, written ${formatAge(modifiedAt)}`;
}

function snapshotLine({ path, bytes, manifest, problem }: SnapshotStatus): string {
  if (problem !== null) return `${problem.code} ${problem.message}`;
  if (bytes === null || manifest === null) return `${path}: none`;
  return `${path}: ${formatBytes(bytes)}, ${manifest.method === 'push' ? 'pushed' : 'taken'} ${formatAge(manifest.createdAt)}`;
}

function setAsideLines(setAside: readonly SetAside[]): string[] {
  if (setAside.length === 0) return [];
  const what = setAside.map(({ type, name, table }) =>
    type === 'index' ? shown(`index "${name}" on "${table}"`) : shown(`RANDOM ROWID of "${table}"`),
  );
  return [`Set aside     ${what.join(', ')}: on the remote only`];
}

function pendingLines({ changes, problem }: StatusResult['pending']): string[] {
  if (problem !== null) return [`${problem.code} ${shown(problem.message)}`];
  return changes === null ? ['unknown: there is no base yet'] : summaryLines(changes);
}
