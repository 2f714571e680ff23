import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar.mjs';
import { writeTextTwins } from './text-twins.mjs';

const REPOSITORY = 'https://github.com/turso-sync/turso-sync';

export default defineConfig({
  title: 'turso-sync',
  description: 'Work on a plain SQLite file, keep your data in Turso.',
  lang: 'en',
  cleanUrls: true,
  srcExclude: ['test/**'],
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start/turso' },
      { text: 'Guides', link: '/ci' },
      { text: 'Live', link: '/direct-access' },
      { text: 'Reference', link: '/reference/commands' },
      { text: 'Changelog', link: `${REPOSITORY}/blob/main/CHANGELOG.md` },
    ],
    sidebar,
    // The index is a file of the site, so nothing is asked of anybody else.
    search: { provider: 'local' },
    outline: [2, 3],
    editLink: { pattern: `${REPOSITORY}/edit/main/docs/:path`, text: 'Edit this page' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    footer: { message: 'Unofficial: not made by Turso. MIT licence.' },
  },
  markdown: { anchor: { slugify }, config: keepCode },
  buildEnd: ({ srcDir, outDir }) => writeTextTwins(srcDir, outDir, sidebar),
});

/** Anchors as GitHub makes them, so that links work there and here. */
function slugify(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Leaves `{{ }}` in code as it is, such as that of a workflow of GitHub. Blocks of code are left so by themselves. */
function keepCode(md) {
  md.renderer.rules.code_inline = (tokens, i, _options, _env, self) =>
    `<code v-pre${self.renderAttrs(tokens[i])}>${md.utils.escapeHtml(tokens[i].content)}</code>`;
}
