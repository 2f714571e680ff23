import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Puts each page's Markdown beside it, and `llms.txt`, which lists them, at the root of the site: https://llmstxt.org */
export function writeTextTwins(from, to, sidebar) {
  const sections = sidebar.map(({ text, items }) => {
    const lines = items.map(({ text: title, link }) => {
      const file = `${link.slice(1)}.md`;
      mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
      copyFileSync(path.join(from, file), path.join(to, file));
      return `- [${title}](/${file}): ${firstSentence(readFileSync(path.join(from, file), 'utf8'))}`;
    });
    return `## ${text}\n\n${lines.join('\n')}`;
  });
  const head =
    '# turso-sync\n\n> Work on a plain SQLite file, keep your data in Turso. Unofficial: not made by Turso.';
  writeFileSync(path.join(to, 'llms.txt'), `${[head, ...sections].join('\n\n')}\n`);
}

function firstSentence(page) {
  const paragraphs = page.replace(/<!--[^]*?-->/g, '').split(/\n\s*\n/);
  const first = paragraphs.find((paragraph) => /^[A-Z`*[]/.test(paragraph.trim())) ?? '';
  const [sentence] = first
    .trim()
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?]) /);
  return sentence.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}
