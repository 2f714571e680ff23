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
export { conflictJson } from '../apply/conflict-json';
export { countChanges } from '../changeset/summary';
export { planOfTable } from '../plan/plan-of-table';
export { jsonValue } from '../sqlite/values/json-value';
export type { TextOptions } from './conflict-text';
export {
  diffEnding,
  failedEnding,
  pullEnding,
  pushEnding,
  undoEnding,
  verifyEnding,
  type Ending,
  type EndingCommand,
} from './ending/ending';
export { appendStepSummary, type StepSummaryOptions } from './ending/step-summary';
export { asKnownError } from './known-error';
export { createNarrator, type NarratorOptions } from './narrator';
export { createRedactor, type Redactor } from './redactor';
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
export { shown, shownJson, shownLines } from './shown';
export {
  checkText,
  cleanText,
  describeError,
  describeEvent,
  diffText,
  doctorText,
  dumpText,
  initText,
  pullText,
  pushesText,
  pushText,
  restoreText,
  statusText,
  undoText,
  verifyText,
  type EventLine,
} from './text';
