import { planSummary } from '../../plan/plan-summary';
import { definitionLines, rowLines, summaryLines } from '../changes-text';
import { conflictList } from '../conflict-text';
import { firstRows } from '../first-rows';
import { costLines } from '../cost-text';
import { isNothing, type ReportSource } from '../source';

/** The most rows in a report. Its tables share them. */
const ROWS = 1000;

/** Renders a report in plain text: conflicts, counts, definitions and rows, like `diff --values`. */
export async function* textReport({ plan, conflicts, remote }: ReportSource): AsyncGenerator<string> {
  if (conflicts.length > 0) yield `${conflictList(conflicts, remote)}\n`;
  if (isNothing({ plan, conflicts })) yield 'Nothing changes.\n';
  if (plan === null) return;
  const rows = [...(await firstRows(plan, ROWS)).values()].flat();
  const summary = planSummary(plan.changes);
  yield `${[...summaryLines(summary), ...costLines(plan.cost)].join('\n')}\n`;
  const lines = [...definitionLines(plan.changes.schema), ...rowLines(rows, summary)];
  for (const { text } of lines) yield `${text}\n`;
}
