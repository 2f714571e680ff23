import type { CheckResult } from '../checks/check';
import type { ChecksResult } from '../commands/check';
import type { TextOptions } from './conflict-text';
import { shown } from './shown';
import { count } from './units';
import { valueText } from './value-text';

/** Returns the result of `check` for people. Without values, it leaves out rows. */
export function checkText(
  { checks, folder, outcome }: ChecksResult,
  { values = true }: TextOptions = {},
): string {
  if (checks.length === 0) return shown(`No checks in ${folder}.`);
  const failed = checks.filter((c) => !c.passed);
  if (outcome === 'passed')
    return checks.length === 1 ? '1 check passed.' : `${checks.length} checks passed.`;
  return [
    ...failed.flatMap((c) => oneCheck(c, values)),
    `${failed.length} of ${count(checks.length, 'check')} failed.`,
  ].join('\n');
}

function oneCheck({ name, rows, hasMore, columns, first }: CheckResult, values: boolean): string[] {
  const how = hasMore ? `${rows} rows or more` : count(rows, 'row');
  const told = values ? first : [];
  return [
    shown(`${name}: returned ${how}, and must return none.`),
    ...told.map((row) => shown(`  ${row.map((v, i) => `${columns[i] ?? ''}=${valueText(v)}`).join(' ')}`)),
    ...(told.length > 0 && rows > told.length
      ? [hasMore ? '  ... and more' : `  ... and ${rows - told.length} more`]
      : []),
  ];
}
