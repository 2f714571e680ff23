import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { GENERATED, plain } from './table.mjs';

/** The types that list error codes. `//` begins a group, and the comment of a code says what it means and what to do. */
const TYPES = [
  { file: 'packages/turso-core/src/errors.ts', name: 'ErrorCode' },
  { file: 'packages/turso-sync-plugin/src/errors.ts', name: 'PluginErrorCode' },
];

/** The table of the codes that live connections have, in every language. */
const TABLE = 'packages/turso-ffi/contract/error-codes.txt';

/** For each code of a live connection, a sentence about it in other languages. */
const live = new Map(
  readFileSync(TABLE, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [number, word, retryable] = line.split(' ');
      const variant = word[0] + word.slice(1).toLowerCase();
      return [
        word,
        `In a live connection: \`TURSO_${word}\` (${number}) in C, \`${variant}\` in OCaml, ${retryable} \`retryable\`.`,
      ];
    }),
);

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
    const elsewhere = live.get(member.literal.text);
    live.delete(member.literal.text);
    const ending = elsewhere === undefined ? '' : `\n\n${elsewhere}`;
    return `${heading}### ${member.literal.text}\n\n${plain(text)}${ending}`;
  });
}

export function errorsPage() {
  const codes = TYPES.flatMap(codesOf);
  if (live.size > 0)
    throw new Error(`${TABLE} has codes that TypeScript lacks: ${[...live.keys()].join(', ')}`);
  return `# Error codes

${GENERATED}

Every failure has a stable code, a message, a hint, and \`retryable\`: whether the same call may succeed later. \`--json\` prints
them under \`error\`, and a [TursoSyncError](../library.md#errors) has them as properties. The remote and your files are as they were, unless a code says otherwise here.

${codes.join('\n\n')}
`;
}

function commentsIn(text) {
  return [...text.matchAll(/\/\*\*[^]*?\*\/|\/\/.*/g)].map(([comment]) => comment);
}
