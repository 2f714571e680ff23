// Measures how plain the English of this repository is, group by group: words per sentence, and words that open a relative
// clause ("that", "which", "who", "where", "what"). Fails if a group has more than 0.25 of these per sentence, or if a sentence has more
// than 35 words. `--pages` lists each file; `--long` prints the sentences that are too long.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const RELATIVE = /\b(?:that|which|who|whose|whom|where|what)\b/gi;
const MOST_RELATIVE = 0.25;
const MOST_WORDS = 35;

/** Fewer words are a label, not a sentence. */
const LEAST_WORDS = 4;

const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n').filter(Boolean);
const isSource = (file) =>
  /^packages\/turso-(?:core|sync-plugin)\/src\/.*\.ts$/.test(file) && !/\.(?:test|fixture)\.ts$/.test(file);

const groups = {
  docs: tracked.filter((file) => /^(?:docs\/.*|CONTRIBUTING|(?:.*\/)?README|examples\/.*)\.md$/.test(file)),
  changelog: ['CHANGELOG.md'],
  messages: tracked.filter(isSource),
  comments: tracked.filter(isSource),
  schemas: tracked.filter((file) => /^packages\/[^/]*\/schemas\/.*\.json$/.test(file)),
};
const readers = { docs: prose, changelog: prose, messages, comments, schemas: descriptions };

const shown = new Set(process.argv.slice(2));
let isPlain = true;
for (const [group, files] of Object.entries(groups)) {
  const all = files.map((file) => ({ file, sentences: readers[group](file).flatMap(sentences) }));
  const total = measure(all.flatMap((each) => each.sentences));
  isPlain &&= total.relative <= MOST_RELATIVE && total.long.length === 0;
  console.log(line(group, total));
  if (shown.has('--pages'))
    for (const { file, sentences: some } of all)
      if (some.length > 0) console.log(line(`  ${file}`, measure(some)));
  if (shown.has('--long')) for (const sentence of total.long) console.log(`    ${sentence}`);
}
process.exitCode = isPlain ? 0 : 1;

function measure(some) {
  const words = some.reduce((sum, sentence) => sum + wordsOf(sentence).length, 0);
  const relative = some.reduce((sum, sentence) => sum + (sentence.match(RELATIVE)?.length ?? 0), 0);
  const count = Math.max(some.length, 1);
  const long = some.filter((sentence) => wordsOf(sentence).length > MOST_WORDS);
  return { count: some.length, words: words / count, relative: relative / count, long };
}

function line(name, { count, words, relative, long }) {
  const figures = [
    `${count} sentences`,
    `${words.toFixed(1)} words`,
    `${relative.toFixed(2)} relative`,
    `${long.length} too long`,
  ];
  return name.padEnd(52) + figures.map((figure) => figure.padStart(16)).join('');
}

function wordsOf(sentence) {
  return sentence.split(/\s+/).filter(Boolean);
}

/** Sentences of a paragraph. Code and links count as what a reader sees of them. */
function sentences(paragraph) {
  return paragraph
    .replace(/`[^`]*`/g, 'code')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split(/(?<=[.!?:])\s+(?=[A-Z"'(*[]|code)/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => wordsOf(sentence).length >= LEAST_WORDS);
}

/** Paragraphs, items of lists and cells of tables of a Markdown file. */
function prose(file) {
  const text = readFileSync(file, 'utf8').replace(/^---\n[\s\S]*?\n---\n/, '');
  return paragraphs(text.replace(/```[\s\S]*?```/g, '\n\n').replace(/<!--[\s\S]*?-->/g, ''));
}

function paragraphs(text) {
  const found = [];
  let open = '';
  const close = () => {
    if (open !== '') found.push(open);
    open = '';
  };
  for (const raw of text.split('\n')) {
    const isTable = /^\s*\|/.test(raw);
    const isBreak = isTable || /^\s*$|^#|^ {4}\S/.test(raw);
    if (isBreak || /^\s*(?:[-*]|\d+\.)\s/.test(raw)) close();
    if (isTable && !/^\s*[|\s:-]+$/.test(raw)) found.push(...raw.split('|').map((cell) => cell.trim()));
    if (!isBreak) open += ` ${raw.trim()}`;
  }
  close();
  return found;
}

/** Texts in a source file that people may read: they begin with a capital letter and have a space. */
function messages(file) {
  const found = [];
  visit(parse(file), (node) => {
    const text = ts.isTemplateExpression(node)
      ? node.head.text + node.templateSpans.map((span) => `code${span.literal.text}`).join('')
      : ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)
        ? node.text
        : '';
    const isSql = /^(?:[A-Z]{3,})\b/.test(text);
    if (/^[A-Z][a-z]*[ ,]/.test(text) && !isSql) found.push(...text.split('\n'));
  });
  return found;
}

function comments(file) {
  const text = readFileSync(file, 'utf8');
  const blocks = [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)].map(([, block]) =>
    block
      .replace(/^\s*\* ?/gm, '')
      .replace(/@example[\s\S]*?(?=\n@|$)/g, '')
      .replace(/@\w+(?: \w+ -)?/g, '\n\n')
      .replace(/\{@link ([^}]*)\}/g, '$1'),
  );
  const lines = [...text.matchAll(/(?:^[ \t]*\/\/ .*\n)+/gm)].map(([some]) =>
    some.replace(/^[ \t]*\/\/ /gm, ''),
  );
  return [...blocks, ...lines].flatMap(paragraphs);
}

function descriptions(file) {
  const found = [];
  JSON.parse(readFileSync(file, 'utf8'), (key, value) => {
    if (key === 'description' && typeof value === 'string') found.push(...paragraphs(value));
    return value;
  });
  return found;
}

function parse(file) {
  return ts.createSourceFile(path.basename(file), readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

function visit(node, look) {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
