import fs from 'node:fs';
import path from 'node:path';
import { packageFolder } from '../../package-folder';
import { definitionDiff } from '../definition-diff';
import { definitionTitle, otherChanges, planFacts } from '../plan-lines';
import { isNothing, type ReportSource } from '../source';
import { ruleText, waysLines } from '../verdict-text';
import { count } from '../units';
import { dataElement, hashSource, htmlText } from './embed';
import { pageConflict } from './page-conflicts';
import type { PageHead } from './page-data';
import { pageRows, type PageLimits, type PageRows } from './page-rows';
import { TEXT_LENGTH } from './page-value';

/** The limits of a page. Within them, it opens within two seconds. */
const LIMITS: PageLimits = { rows: 100_000, size: 32_000_000 };

/** The most conflicts, definitions and findings in a page. */
const CONFLICTS = 2000;
const DEFINITIONS = 2000;

/**
 * Renders a report as one HTML page. It loads nothing: its Content-Security-Policy allows only its own script and
 * style. The script puts names and values into the page as text.
 */
export async function* htmlReport(source: ReportSource, limits: PageLimits = LIMITS): AsyncGenerator<string> {
  const [script, style] = ['page.js', 'page-style.css'].map(asset) as [string, string];
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${hashSource(script)}; style-src ${hashSource(style)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${htmlText(source.title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This report needs JavaScript. It loads nothing from elsewhere.</noscript>
`;
  const { plan } = source;
  let rows: PageRows = { tables: [], cut: 0 };
  if (plan !== null) {
    const blocks = pageRows(plan, limits);
    for (let next = await blocks.next(); ; next = await blocks.next()) {
      if (next.done === true) {
        rows = next.value;
        break;
      }
      yield dataElement(next.value);
    }
  }
  yield dataElement(pageHead(source, rows));
  yield `<script>${script}</script>\n</body>\n</html>\n`;
}

function asset(name: string): string {
  return fs.readFileSync(path.join(packageFolder, 'dist', name), 'utf8');
}

function pageHead({ title, plan, conflicts }: ReportSource, rows: PageRows): PageHead {
  const schema = plan?.changes.schema ?? [];
  const total = plan?.changes.total ?? { delete: 0, update: 0, insert: 0 };
  return {
    title,
    hasPlan: plan !== null,
    isNothing: isNothing({ plan, conflicts }),
    facts: plan === null ? [] : planFacts(plan),
    counts: [total.delete, total.update, total.insert],
    tables: rows.tables,
    definitions: schema.slice(0, DEFINITIONS).map((change) => ({
      title: definitionTitle(change),
      lines: definitionDiff(change),
      statements: change.statements,
    })),
    others: plan === null ? [] : otherChanges(plan.changes),
    findings: plan?.findings.map(({ message }) => message) ?? [],
    broken: [...(plan?.verdict?.broken ?? []).map(ruleText), ...waysLines(plan?.verdict ?? null)],
    conflicts: conflicts.slice(0, CONFLICTS).map(pageConflict),
    conflictCount: conflicts.length,
    leftOut: [
      ...leftOutRows(rows),
      ...(rows.cut === 0 ? [] : [`${count(rows.cut, 'long value')} cut, texts to ${TEXT_LENGTH} characters`]),
      ...leftOut(schema.length - DEFINITIONS, 'changed definition'),
      ...leftOut(conflicts.length - CONFLICTS, 'conflict'),
    ],
  };
}

function leftOutRows({ tables }: PageRows): string[] {
  return ['deleted', 'updated', 'new'].flatMap((word, kind) =>
    leftOut(
      tables.reduce(
        (sum, { counts, shown }) => sum + Math.max(0, (counts[kind] ?? 0) - (shown[kind] ?? 0)),
        0,
      ),
      `${word} row`,
    ),
  );
}

function leftOut(number: number, noun: string): string[] {
  return number > 0 ? [count(number, noun)] : [];
}
