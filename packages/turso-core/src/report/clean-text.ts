import type { CleanedKind, CleanResult } from '../commands/clean';
import { count, formatBytes } from './units';

const WORDS: Readonly<Record<CleanedKind['kind'], string>> = {
  base: 'base',
  snapshot: 'snapshot',
  dumps: 'dumps',
  journals: 'under way',
  undo: 'undo records',
  plans: 'saved plans',
  backups: 'backups',
  reports: 'reports',
  replica: 'replica',
  temporary: 'temporary',
  other: 'other',
};

/** Returns the result of `clean` for people. */
export function cleanText({ outcome, bytes, freed, kinds, files }: CleanResult): string {
  const isRemoved = outcome === 'removed';
  if (kinds.length === 0) return 'There is nothing here yet.';
  const all = `${formatBytes(bytes)} in ${count(
    kinds.reduce((sum, kind) => sum + kind.files, 0),
    'file',
  )}.`;
  return [...kinds.map((kind) => line(kind, isRemoved)), all, ending()].join('\n');

  function ending(): string {
    if (files.length === 0) return 'Nothing can go.';
    const what = `${count(files.length, 'file')}, ${formatBytes(freed)}`;
    return isRemoved ? `Removed ${what}.` : `\`turso-sync clean --force\` would remove ${what}.`;
  }
}

function line({ kind, files, bytes, removable, option }: CleanedKind, isRemoved: boolean): string {
  const facts = [
    `${WORDS[kind].padEnd(14)}${formatBytes(bytes).padStart(9)}  ${count(files, 'file')}`,
    ...(removable === 0 ? [] : [isRemoved ? `${removable} removed` : `${removable} can go`]),
    ...(removable < files && option !== null
      ? [`--${option} lets ${removable === 0 ? 'them' : 'all'} go`]
      : []),
  ];
  return facts.join(', ');
}
