import type { DoctorCheck, DoctorResult } from '../commands/doctor';
import { capabilityLines } from './capability-lines';
import { costText } from './cost-text';
import { shown } from './shown';
import { count } from './units';

/** Returns the result of `doctor` for people. */
export function doctorText({
  versions,
  config,
  connection,
  capabilities,
  checks,
  used,
}: DoctorResult): string {
  const failures = checks.filter(({ outcome }) => outcome === 'failed').length;
  return [
    `Versions      turso-sync ${versions.tursoSync}, Node ${versions.node}, SQLite ${versions.sqlite}, ${versions.platform}`,
    `Config        ${configText(config)}`,
    `Remote        ${remoteText(connection, versions.remoteSqlite)}`,
    ...(capabilities === null ? [] : capabilityLines(capabilities)),
    ...checks.filter(({ outcome }) => outcome !== 'skipped').flatMap(checkLines),
    ...skippedLines(checks),
    ...(used === null ? [] : [`Used          ${costText(used)}`]),
    failures === 0
      ? 'All is well.'
      : `${count(failures, 'check')} failed. To report this, paste all of it: it holds no secrets and no data.`,
  ].join('\n');
}

function configText({
  file,
  environments,
  usesEnvironment,
  excluded,
  ...is
}: DoctorResult['config']): string {
  return [
    file === null ? 'no file' : shown(file),
    `${count(environments, 'environment')}${usesEnvironment ? ', one in use' : ''}`,
    `${count(excluded, 'name')} left out`,
    `URL ${is.isUrlSet ? 'set' : 'not set'}`,
    `token ${is.isTokenSet ? 'set' : 'not set'}`,
    ...(is.isEncryptionKeySet ? ['encryption key set'] : []),
  ].join(', ');
}

function remoteText(
  { kind, scheme, host, ...is }: DoctorResult['connection'],
  sqlite: string | null,
): string {
  if (kind === null) return 'unknown';
  const version = sqlite === null ? '' : `, SQLite ${shown(sqlite)}`;
  if (kind === 'file') return `a file${version}`;
  const how = host === null ? ' (--show-host prints it)' : '';
  const where = is.isOnThisMachine ? 'this machine' : 'another machine';
  return `${scheme ?? ''}://${host === null ? '[hidden]' : shown(host)}${how}, ${where}, ${is.isEncrypted ? 'TLS' : 'no TLS'}${is.isBehindProxy ? ', by a proxy' : ''}${version}`;
}

function checkLines({ name, outcome, detail, problem }: DoctorCheck): string[] {
  const line = `${outcome.padEnd(8)}  ${`${name}:`.padEnd(18)} ${shown(detail)}`;
  const hint = problem?.hint ?? null;
  return [
    problem === null ? line : `${line} (${problem.code})`,
    ...(hint === null ? [] : [`${' '.repeat(29)}${shown(hint)}`]),
  ];
}

/** Joins all checks skipped for the same reason in one line. */
function skippedLines(checks: readonly DoctorCheck[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, outcome, detail } of checks) {
    if (outcome === 'skipped') reasons.set(detail, [...(reasons.get(detail) ?? []), name]);
  }
  return [...reasons].map(([reason, names]) => `skipped   ${names.join(', ')}: ${shown(reason)}`);
}
