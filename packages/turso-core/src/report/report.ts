import fs from 'node:fs';
import { conflictsJson } from '../apply/conflict-json';
import { planSource } from '../plan/open-plan';
import { htmlReport } from './html/html-report';
import { markdownReport } from './markdown/markdown-report';
import type { ReportSource } from './source';
import { textReport } from './terminal/text-report';

/** The forms of a report. */
export const REPORT_FORMATS = ['text', 'markdown', 'html', 'json'] as const;

/** The form of a report. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/**
 * Renders a report in pieces of text. They are made while you iterate, so a large plan takes little memory:
 *
 * - `html`: one page that loads nothing, with up to 100,000 rows.
 * - `markdown`: at most 65,536 characters, for a pull request or a job summary.
 * - `text`: for a terminal or a file, with up to 1,000 rows and without colours.
 * - `json`: the plan's file with every row, or the form of `conflicts.json` if there are conflicts.
 *
 * Names and values are escaped for that form. Throws CHANGES_UNREADABLE if the plan's file is damaged or replaced.
 *
 * @example
 * ```ts
 * import { openPlan } from 'turso-core';
 * import { report } from 'turso-core/report';
 *
 * const source = { title: 'Changes', remote: '', plan: openPlan('plan.json'), conflicts: [] };
 * for await (const piece of report(source, 'html')) process.stdout.write(piece);
 * ```
 */
export function report(source: ReportSource, format: ReportFormat): AsyncIterable<string> {
  return { text: textReport, markdown: markdownReport, html: htmlReport, json: jsonReport }[format](source);
}

async function* jsonReport({ plan, conflicts, remote }: ReportSource): AsyncGenerator<string> {
  const source = plan === null || conflicts.length > 0 ? undefined : planSource(plan);
  if (source === undefined) yield* conflictsJson(conflicts, { location: remote, createdAt: new Date() });
  else for await (const piece of fs.createReadStream(source.file, 'utf8')) yield piece as string;
}
