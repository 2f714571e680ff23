import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { GENERATED, plain } from './table.mjs';

/** The types that list error codes. `//` begins a group, and the comment of a code says what it means and what to do. */
const TYPES = [
  { file: 'packages/turso-core/src/errors.ts', name: 'ErrorCode' },
  { file: 'packages/turso-sync-plugin/src/errors.ts', name: 'PluginErrorCode' },
];

/** The codes of one type. */
function codesOf({ file, name }) {
  const whole = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, whole, ts.ScriptTarget.Latest, true);
  const type = source.statements.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === name);
  return type.type.types.map((member, i, all) => {
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
}

export function errorsPage() {
  return `# Error codes

${GENERATED}

Every failure has a stable code, a message and a hint. \`--json\` prints all three under \`error\`, and a
[TursoSyncError](../library.md#errors) has them as properties. The remote and your files are as they were, unless a code says otherwise here.

${TYPES.flatMap(codesOf).join('\n\n')}
`;
}

function commentsIn(text) {
  return [...text.matchAll(/\/\*\*[^]*?\*\/|\/\/.*/g)].map(([comment]) => comment);
}
