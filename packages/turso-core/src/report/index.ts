/**
 * Reports of changes and conflicts for people: `turso-core/report`.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { diff, loadProject } from 'turso-core';
 * import { report } from 'turso-core/report';
 *
 * const { plan } = await diff(await loadProject());
 * let text = '';
 * for await (const piece of report({ title: 'Changes', remote: '', plan, conflicts: [] }, 'markdown')) text += piece;
 * writeFileSync('changes.md', text);
 * ```
 */
export { planOfTable } from '../plan/plan-of-table';
export { report, REPORT_FORMATS, type ReportFormat } from './report';
export {
  makeReviewFolder,
  reportEnding,
  reportFormat,
  requireReportFolder,
  REVIEW_FILES,
  writeReport,
  writeReview,
} from './report-file';
export type { ReportSource } from './source';
export { diffSource, keptPushSource, pullSource, pushSource, undoSource, withVerified } from './sources';
