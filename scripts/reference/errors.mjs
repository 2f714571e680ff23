import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { GENERATED, plain } from './table.mjs';

const FILE = 'packages/turso-core/src/errors.ts';

/** The error codes, from the comments of the type ErrorCode: `//` begins a group, `/** *\/` says what a code means and what to do. */
export function errorsPage() {
  const whole = readFileSync(FILE, 'utf8');
  const source = ts.createSourceFile(FILE, whole, ts.ScriptTarget.Latest, true);
  const type = source.statements.find(
    (node) => ts.isTypeAliasDeclaration(node) && node.name.text === 'ErrorCode',
  );
  const parts = type.type.types.map((member, i, all) => {
    const comments = commentsIn(
      whole.slice(all[i - 1]?.getEnd() ?? type.type.getFullStart(), member.getStart()),
    );
    const group = comments
      .find((comment) => comment.startsWith('//'))
      ?.slice(2)
      .trim();
    const said = comments.find((comment) => comment.startsWith('/**')) ?? '';
    const meaning = said
      .replace(/^\/\*\*|\*\/$/g, '')
      .replace(/^\s*\* ?/gm, '')
      .trim();
    const heading = group === undefined ? '' : `## ${group}\n\n`;
    const text = meaning.replaceAll('](docs/', '](../');
    return `${heading}### ${member.literal.text}\n\n${plain(text)}`;
  });
  return `# Error codes

${GENERATED}

Every failure has a stable code, a message and a hint. \`--json\` prints all three under \`error\`, and a
[TursoSyncError](../workflow.md) has them as properties. The remote and your files are as they were, unless a code says otherwise here.

${parts.join('\n\n')}
`;
}

function commentsIn(text) {
  return [...text.matchAll(/\/\*\*[^]*?\*\/|\/\/.*/g)].map(([comment]) => comment);
}
