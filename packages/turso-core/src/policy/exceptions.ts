import { TursoSyncError } from '../errors';
import { nearest } from '../nearest';
import { foldName } from '../sqlite/schema/fold-name';
import { RULE_NAMES, type RuleName } from './policy';

/** A rule that does not count this time, for one table or, with null, for all tables. */
export interface Exception {
  readonly rule: RuleName;
  readonly table: string | null;
}

/** Reads exceptions in the format of `--allow`: `rule` or `rule:table`. Throws USAGE for an unknown rule. */
export function parseExceptions(texts: readonly string[]): Exception[] {
  return texts.map((text) => {
    const colon = text.indexOf(':');
    const name = colon === -1 ? text : text.slice(0, colon);
    const rule = RULE_NAMES.find((known) => known === name);
    if (rule === undefined) throw unknownRule(name);
    const table = colon === -1 ? null : text.slice(colon + 1);
    if (table === '') throw noTable(text);
    return { rule, table };
  });
}

/** Checks whether an exception applies to a rule and to a table, or to all tables. SQL ignores case in names. */
export function isExcepted(exceptions: readonly Exception[], rule: RuleName, table: string | null): boolean {
  return exceptions.some(
    (e) => e.rule === rule && (e.table === null || (table !== null && foldName(e.table) === foldName(table))),
  );
}

function unknownRule(name: string): TursoSyncError {
  const close = nearest(name, RULE_NAMES);
  return new TursoSyncError('USAGE', `A policy has no rule "${name}" to make an exception from.`, {
    hint: `${close === undefined ? '' : `Did you mean "${close}"? `}The rules are ${RULE_NAMES.join(', ')}.`,
  });
}

function noTable(text: string): TursoSyncError {
  return new TursoSyncError('USAGE', `The exception "${text}" names no table.`, {
    hint: 'Write the rule and the table, such as dropTable:drafts, or only the rule for all tables.',
  });
}
