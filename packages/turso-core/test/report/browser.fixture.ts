import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromiumPath } from '@turso-sync/testing';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** A report that is open in a browser. */
export interface OpenReport {
  readonly page: Page;
  /** What went wrong in it, or what it should not have done: errors, messages, dialogs, requests. */
  readonly noticed: readonly string[];
  /** Milliseconds until it showed something. */
  readonly openedIn: number;
}

interface AxeResult {
  readonly passes: unknown[];
  readonly violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

let browser: Browser | undefined;

/** Opens a report in Chromium. */
export async function openReport(file: string, options: BrowserContextOptions = {}): Promise<OpenReport> {
  // As root, the browser has no sandbox.
  browser ??= await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const noticed: string[] = [];
  page.on('console', (message) => noticed.push(message.text()));
  page.on('pageerror', (error) => noticed.push(String(error)));
  page.on('dialog', (dialog) => {
    noticed.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const address = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url() !== address) noticed.push(`request: ${request.url()}`);
  });
  const begun = performance.now();
  await page.goto(address);
  await page.waitForSelector('main h2');
  return { page, noticed, openedIn: performance.now() - begun };
}

/** Ends the browser. */
export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

/** What axe finds in a page, each in a line; at least one rule has to have been tried. */
export async function axeFindings(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source);
  const { passes, violations } = await page.evaluate<AxeResult>('axe.run()');
  expect(passes.length).toBeGreaterThan(10);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}
