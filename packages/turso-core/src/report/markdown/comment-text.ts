import { shareEvenly } from '../share-out';
import { count } from '../units';
import { code } from './code';
import { LONGEST, NOTHING_CHANGES } from './markdown-report';

/** The origin of a comment. */
export interface CommentSource {
  /** The commit, or null if it is not known. */
  readonly commit: string | null;
  /** The page of the job that wrote it, or null. */
  readonly jobUrl: string | null;
  /** Whether the job has failed, so reports may be missing. */
  readonly failed: boolean;
}

/** The text of a comment. */
export interface CommentText {
  readonly text: string;
  /** How many reports have changes. */
  readonly changed: number;
  /** How many of those are not shown in full. */
  readonly shortened: number;
}

/** The most reports in a comment. With more, each has too little room. */
const MOST = 100;

const FAILED = '**The job has failed.** Its log says why. Reports may be missing here.';

/** Characters reserved for a marker and for the notes about omissions. */
const FOR_NOTES = 500;

/**
 * Joins reports in Markdown to the text of one comment. Reports without changes are only counted. All others appear. If
 * they are too long together, each is cut after a line, the longest first, and says so.
 */
export function commentText(reports: readonly string[], source: CommentSource): CommentText {
  const all = reports.filter((report) => !isNothing(report)).map((report) => report.trimEnd());
  const changed = all.slice(0, MOST);
  const end = endOf(source);
  if (changed.length === 0)
    return {
      text: `### turso-sync\n\n${source.failed ? FAILED : 'Nothing to push.'}\n${end}`,
      changed: 0,
      shortened: 0,
    };
  const rest = restOf(all.length - changed.length, reports.length - all.length);
  const room = LONGEST - FOR_NOTES - end.length - rest.length - changed.length * 2;
  const shares = shareEvenly(
    changed.map((report) => report.length),
    room,
  );
  const shown = changed.map((report, i) => cut(report, shares[i] ?? 0));
  return {
    text: `${source.failed ? `${FAILED}\n\n` : ''}${shown.join('\n\n')}\n${rest}${end}`,
    changed: all.length,
    shortened: all.length - shown.filter((text, i) => text === changed[i]).length,
  };
}

function restOf(left: number, unchanged: number): string {
  return [
    ...(left === 0 ? [] : [`\nNot shown here: ${count(left, 'more report')}.\n`]),
    ...(unchanged === 0 ? [] : [`\nNothing changes according to ${count(unchanged, 'other report')}.\n`]),
  ].join('');
}

function isNothing(report: string): boolean {
  return report.trimEnd().endsWith(`\n${NOTHING_CHANGES}`);
}

function endOf({ commit, jobUrl }: CommentSource): string {
  const words = [
    ...(commit === null ? [] : [`Commit ${code(commit.slice(0, 12))}`]),
    ...(jobUrl !== null && /^https?:\/\/[\w.:/#?=&%~+@-]+$/.test(jobUrl)
      ? [`[job and full reports](${jobUrl})`]
      : []),
  ];
  return words.length === 0 ? '' : `\n${words.join(', ')}\n`;
}

/** Cuts a report after a whole line, and closes a block of code left open at the end. */
function cut(report: string, room: number): string {
  if (report.length <= room) return report;
  const lines = report.split('\n');
  let fence = '';
  let text = '';
  for (const [i, line] of lines.entries()) {
    const mark = /^(`{3,})/.exec(line)?.[1] ?? '';
    const after = mark === '' ? fence : fence === '' ? mark : line === fence ? '' : fence;
    const note = `${after === '' ? '' : `${after}\n`}\nNot shown here: ${count(lines.length - i - 1, 'more line')} of this report.`;
    if (text.length + line.length + 1 + note.length > room) {
      const close = fence === '' ? '' : `${fence}\n`;
      return `${text}${close}\nNot shown here: ${count(lines.length - i, 'more line')} of this report.`;
    }
    text += `${line}\n`;
    fence = after;
  }
  return text.trimEnd();
}
