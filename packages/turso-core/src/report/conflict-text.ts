import type { Conflict, ConflictDefinition, ConflictRow } from '../apply/conflict';
import { count } from './units';
import { rowText, valueText } from './value-text';
import { shown } from './shown';

/** How much of the data is printed. */
export interface TextOptions {
  /**
   * False leaves out values, for output that others keep: tables, keys and columns are named all the same. Default is true.
   */
  readonly values?: boolean;
}

/** Conflicts that are printed; all of them are in `conflicts.json`, and in the result. */
const SHOWN = 20;

/** What stands in the way of a push or a pull, and what to do about it. */
export function conflictText(
  conflicts: readonly Conflict[],
  location: string,
  command: 'push' | 'pull',
  options?: TextOptions,
): string {
  return [conflictList(conflicts, location, options), ...nextSteps(conflicts, command)].join('\n');
}

/** What stands in the way, without what to do about it. */
export function conflictList(
  conflicts: readonly Conflict[],
  location: string,
  options?: TextOptions,
): string {
  return [
    `${count(conflicts.length, 'conflict')} with ${location}: nothing was written.`,
    ...firstOf(conflicts, 'all of them, with every value, are in conflicts.json', options),
  ].join('\n');
}

/** How conflicts were resolved; empty where there were none. */
export function resolvedLines(resolved: readonly Conflict[], options?: TextOptions): string[] {
  if (resolved.length === 0) return [];
  return [
    `${count(resolved.length, 'conflict')} resolved:`,
    ...firstOf(
      resolved,
      options?.values === false ? null : '--json gives all of them, with every value',
      options,
    ),
  ];
}

function firstOf(
  conflicts: readonly Conflict[],
  rest: string | null,
  { values = true }: TextOptions = {},
): string[] {
  const more = conflicts.length - SHOWN;
  return [
    ...conflicts.slice(0, SHOWN).flatMap((conflict) => oneConflict(conflict, values)),
    ...(more > 0 ? [`... and ${more} more${rest === null ? '' : ` (${rest})`}`] : []),
  ];
}

// The options that would resolve some of these conflicts, then the way out of all of them.
function nextSteps(conflicts: readonly Conflict[], command: 'push' | 'pull'): string[] {
  const has = (...kinds: Conflict['kind'][]): boolean => conflicts.some((c) => kinds.includes(c.kind));
  const isOfRows = has('update/update', 'update/delete', 'delete/update', 'insert/insert');
  // The other side's row cannot be kept there as it is.
  const isOfOurs = isOfRows || conflicts.some(isRewritten);
  const definitions = conflicts.flatMap((c) => c.definition ?? []);
  const isOfTexts = command === 'pull' && definitions.some((d) => !d.byHand);
  const isByHand = command === 'pull' && definitions.some((d) => d.byHand);
  const version = conflicts.find(isOfUserVersion)?.remote?.['user_version'];
  const ways = [
    ...(command === 'push' && definitions.length > 0
      ? ['  turso-sync pull      merges the definitions of both sides; push again after it']
      : []),
    ...(has('update/update')
      ? ['  --merge=cells        combines changes of different columns of one row']
      : []),
    ...(has('insert/insert') ? [KEEP_BOTH] : []),
    ...(isOfOurs || isOfTexts ? [`  --on-conflict=ours   takes your ${takes(isOfOurs, isOfTexts)}`] : []),
    ...(isOfRows || isOfTexts || conflicts.some((c) => isOfRule(c) && c.local !== null)
      ? ['  --on-conflict=theirs takes theirs']
      : []),
    ...(isByHand ? ['  change one of the two definitions by hand where no option resolves it'] : []),
    ...(version === undefined
      ? []
      : [`  take the remote's in the working copy: PRAGMA user_version = ${valueText(version)}`]),
  ];
  const isOfOthers = conflicts.some(
    (c) =>
      c.kind === 'virtual table' ||
      // No row of ours can give way.
      (isOfRule(c) && c.local === null) ||
      (c.kind === 'schema' && c.definition === null && !isRewritten(c) && !isOfUserVersion(c)),
  );
  const others = isOfOthers && ways.length > 0 ? ' of the others' : '';
  return [
    'Look at the remote. Then:',
    ...ways,
    ...(isOfOthers || ways.length === 0 || conflicts.some(isRewritten)
      ? [`  change what stands in the way${others}, here or on the remote, and run this command again`]
      : []),
    'or run `turso-sync init --force` (it keeps a dated backup of the working copy) and make your changes again.',
  ];
}

function isOfRule({ kind }: Conflict): boolean {
  return kind === 'unique' || kind === 'foreign key' || kind === 'check';
}

/** Checks whether a conflict is about a row of the base that a new definition makes the push write again. */
function isRewritten({ kind, key, old }: Conflict): boolean {
  return kind === 'schema' && key !== null && old !== null;
}

function isOfUserVersion({ kind, columns }: Conflict): boolean {
  return kind === 'schema' && columns[0] === 'user_version';
}

/** Options leave one of two rows that were added with the same key. */
const KEEP_BOTH = '  keep both: give your row a free key in the working copy, and run this command again';

function takes(isOfRows: boolean, isOfTexts: boolean): string {
  return [...(isOfRows ? ['rows'] : []), ...(isOfTexts ? ['definitions'] : [])].join(' and ');
}

function oneConflict(conflict: Conflict, values: boolean): string[] {
  const { kind, table, key, definition, message, resolution } = conflict;
  const where = key === null ? '' : ` ${rowText(key)}`;
  const outcome = resolution === null ? '' : ` ${OUTCOMES[resolution]}`;
  const details = definition === null ? cellLines(conflict, values) : textLines(definition);
  return [`  ${table}${where} [${kind}] ${message}${outcome}`, ...details].map(shown);
}

function cellLines({ kind, columns, old, local, remote }: Conflict, values: boolean): string[] {
  if (!values) return columns.length === 0 ? [] : [`    columns: ${columns.join(', ')}`];
  if (old === null && local === null && remote === null) return [];
  return columns.map((column) =>
    kind === 'schema' && local === null
      ? `    ${column}: was ${cell(old, column)}, remote ${cell(remote, column)}`
      : `    ${column}: was ${cell(old, column)}, local ${cell(local, column)}, remote ${cell(remote, column)}`,
  );
}

function textLines({ old, local, remote }: ConflictDefinition): string[] {
  const texts = { was: old, local, remote };
  return Object.entries(texts).map(
    ([label, text]) => `    ${label.padEnd(6)} ${text?.replace(/\s+/g, ' ') ?? '(nothing)'}`,
  );
}

const OUTCOMES: Readonly<Record<NonNullable<Conflict['resolution']>, string>> = {
  merged: 'Combined.',
  overwritten: 'Yours was written.',
  kept: 'Theirs was kept.',
};

function cell(row: ConflictRow | null, column: string): string {
  return row === null ? '(no row)' : valueText(row[column] ?? null);
}
