// Writes docs/report.png: the HTML report of a change, in Chromium. Needs a build, the `sqlite3` shell, and Chromium.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumPath } from '@turso-sync/testing';
import { chromium } from 'playwright-core';
import { inShop, SHOWN, type } from './story.mjs';

const FILE = path.join(import.meta.dirname, '../../docs/report.png');

const EDIT = `UPDATE products SET cents = 209 WHERE name = 'pen'; DELETE FROM products WHERE name = 'ink'; INSERT INTO products (name, cents) VALUES ('brush', 890), ('ruler', 150); CREATE TABLE orders (id INTEGER PRIMARY KEY, product INTEGER REFERENCES products, pieces INTEGER); INSERT INTO orders (product, pieces) VALUES (1, 12), (2, 1)`;

await inShop(async (folder) => {
  for (const line of [
    'npx turso-sync init',
    `sqlite3 working_copy.db "${EDIT}"`,
    'npx turso-sync diff --out changes.html',
  ])
    type(folder, line);
  const report = path.join(folder, 'changes.html');
  writeFileSync(report, readFileSync(report, 'utf8').replaceAll(folder, SHOWN));
  const browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 380 } });
    await page.goto(pathToFileURL(report).href);
    await page.getByText('products', { exact: true }).first().click({ timeout: 10_000 });
    await page.screenshot({ path: FILE });
  } finally {
    await browser.close();
  }
});
