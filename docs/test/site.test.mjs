/* global document, getComputedStyle -- of the pages in the browser */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromiumPath, requireTool } from '@turso-sync/testing';
import { chromium } from 'playwright-core';
import { sidebar } from '../.vitepress/sidebar.mjs';
import { pagesOf, serveSite } from './serve-site.mjs';

const links = sidebar.flatMap(({ items }) => items.map(({ link }) => link));

let site;
let browser;
before(async () => {
  site = await serveSite();
  if (requireTool('chromium'))
    browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await site.close();
});

const inBrowser = { skip: requireTool('chromium') ? false : 'chromium is not there' };

test('the sidebar leads to every page', () => {
  assert.deepEqual([...links, '/'].sort(), pagesOf().sort());
});

test(
  'every page opens, fits a phone, asks nobody else, and has links that lead somewhere',
  inBrowser,
  async () => {
    const context = await browser.newContext({ viewport: { width: 375, height: 800 } });
    const asked = new Set();
    const problems = [];
    const dead = [];
    const wanted = [];
    const anchors = new Map();
    const page = await context.newPage();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    page.on(
      'console',
      (message) => message.type() === 'error' && problems.push(`${page.url()}: ${message.text()}`),
    );
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
    for (const link of ['/', ...links]) {
      await page.goto(site.url + link, { waitUntil: 'load' });
      assert.equal(await page.locator('h1').count(), 1, `${link} has one heading of the first level`);
      const seen = await page.evaluate(() => ({
        text: [
          document.title,
          ...[...document.querySelectorAll('nav, footer, .VPHero, aside, p:not(:has(code))')].map(
            ({ textContent }) => textContent,
          ),
        ].join(' '),
        width: document.documentElement.scrollWidth,
        ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
        hrefs: [...document.querySelectorAll('main a[href], .VPContent a[href]')].map(({ href }) => href),
      }));
      if (/\{\{/.test(seen.text)) problems.push(`${link}: a template that was not filled in`);
      if (seen.width > 375) problems.push(`${link}: ${seen.width} pixels wide on a phone of 375`);
      anchors.set(link, new Set(seen.ids));
      for (const href of seen.hrefs) if (href.startsWith(site.url)) wanted.push([link, new URL(href)]);
    }
    for (const [from, { pathname, hash }] of wanted) {
      const ids = anchors.get(pathname.replace(/\.html$/, ''));
      const isThere = ids !== undefined && (hash === '' || ids.has(decodeURIComponent(hash.slice(1))));
      if (!isThere) dead.push(`${from}: ${pathname}${hash}`);
    }
    assert.deepEqual(dead, []);
    assert.deepEqual(problems, []);
    assert.deepEqual([...asked], [site.url]);
    await context.close();
  },
);

test('the search finds a page without a server', inBrowser, async () => {
  const page = await browser.newPage();
  await page.goto(`${site.url}/workflow`, { waitUntil: 'networkidle' });
  await page.locator('.VPNavBarSearch button').click();
  await page.locator('#localsearch-input').fill('PUSH_UNDECIDED');
  await page.locator('#localsearch-list a', { hasText: 'PUSH_UNDECIDED' }).first().click();
  await page.waitForURL(/reference\/errors|troubleshooting/);
  await page.close();
});

test('pages are dark if the reader prefers it', inBrowser, async () => {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    await page.goto(`${site.url}/concepts`);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red = 0] = background.match(/\d+/g)?.map(Number) ?? [];
    assert.equal(red < 128, colorScheme === 'dark', background);
    await context.close();
  }
});

test('each page has its Markdown beside it, and llms.txt lists them', async () => {
  const list = await (await fetch(`${site.url}/llms.txt`)).text();
  for (const link of links) {
    assert.ok(list.includes(`(${link}.md)`), link);
    assert.match(await (await fetch(`${site.url}${link}.md`)).text(), /^# |^---\n/, link);
  }
});
