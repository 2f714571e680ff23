import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir, requireTool } from '@turso-sync/testing';
import { conflictOf } from '../../src/apply/conflict';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { placePieces } from '../../src/project/state/place-file';
import { htmlReport } from '../../src/report/html/html-report';
import type { ReportSource } from '../../src/report/source';
import { makeFileProject } from '../fixtures/project.fixture';
import { axeFindings, closeBrowser, openReport, type OpenReport } from './browser.fixture';

const describeInBrowser = requireTool('chromium') ? describe : describe.skip;

/** The report of what SQL changes. */
async function reportOf(
  sql: string,
  edit: string,
  more: Partial<ReportSource> = {},
  limits?: Parameters<typeof htmlReport>[1],
): Promise<string> {
  const at = await makeFileProject(sql);
  await init(at.project);
  at.edit(edit);
  const { plan } = await diff(at.project, { save: path.join(makeTempDir(), 'plan.json') });
  const file = path.join(makeTempDir(), 'report.html');
  const source = { title: 'Changes', remote: '', plan, conflicts: [], ...more };
  await placePieces(htmlReport(source, limits), file);
  return file;
}

afterAll(closeBrowser);

describeInBrowser('a report in HTML', () => {
  const choose = ({ page }: OpenReport, id: string): Promise<void> =>
    page.click(`[data-id="${id}"] > .entry`);
  const texts = ({ page }: OpenReport, selector: string): Promise<string[]> =>
    page.locator(selector).allInnerTexts();

  describe('of some changes', () => {
    let file: string;
    beforeAll(async () => {
      file = await reportOf(
        `CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, price REAL);
         CREATE TABLE notes(id INTEGER PRIMARY KEY, body);
         INSERT INTO people VALUES (1, 'Ada', 1.5), (2, 'Bob', 19.98), (3, 'Cy', 3); INSERT INTO notes VALUES (1, 'n')`,
        `UPDATE people SET name = 'Ada Lovelace' WHERE id = 1; UPDATE people SET price = 19.99 WHERE id = 2;
         DELETE FROM people WHERE id = 3; INSERT INTO people VALUES (4, NULL, x'00ff');
         UPDATE notes SET body = 'other'; CREATE INDEX by_name ON people(name)`,
      );
    });

    test('tells counts, definitions and rows with old and new values', async () => {
      const report = await openReport(file);
      expect(await texts(report, '.totals span')).toEqual([
        '1 deleted',
        '3 updated',
        '1 new',
        '1 changed definition',
      ]);
      await choose(report, 'definitions');
      expect(await texts(report, '.diff .now')).toEqual(['+ CREATE INDEX by_name ON people(name)']);
      await choose(report, 'table 0');
      const table = (await texts(report, 'main h2')).join();
      await choose(report, table === 'people' ? 'table 0' : 'table 1');
      const rows = await texts(report, '.grid-body .grid-row');
      expect(
        rows.map((row) =>
          row
            .split(/\s*\n\s*/)
            .slice(2)
            .join(' | '),
        ),
      ).toEqual([
        '3 | Cy | 3.0',
        '1 | Ada → Ada Lovelace | 1.5',
        '2 | Bob | 19.98 → 19.99',
        "4 | NULL | x'00ff'",
      ]);
      expect(await texts(report, '.changed ins')).toEqual(['Ada Lovelace', '19.99']);
      expect(report.noticed).toEqual([]);
    });

    test('is filtered by kind, by a changed column and by a search in all tables', async () => {
      const report = await openReport(file);
      const { page } = report;
      const people = await page.locator('[role=treeitem]', { hasText: 'people' }).getAttribute('data-id');
      await choose(report, people ?? '');
      await page.click('.kind.delete');
      await expect(texts(report, '.grid-body .sign')).resolves.toHaveLength(3);
      await page.click('.kind.delete');
      await page.click(`[data-id="${people}"] > .entry > .twist`);
      await page.locator('[role=treeitem] [role=treeitem]', { hasText: 'price' }).locator('.entry').click();
      expect((await texts(report, '.changed')).join()).toContain('19.99');
      await choose(report, people ?? '');
      await page.fill('input', 'OTHER');
      await page.locator('.grid-body .grid-row').first().waitFor({ state: 'detached' });
      expect(
        await page.locator('[role=tree] > li', { hasText: 'notes' }).locator('.count').first().innerText(),
      ).toBe('1');
    });

    test('is used by keyboard', async () => {
      const { page } = await openReport(file);
      await page.keyboard.press('/');
      expect(await page.evaluate(`document.activeElement?.tagName`)).toBe('INPUT');
      await page.locator('[role=treeitem]').first().focus();
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('[aria-expanded=true]').count()).toBe(1);
      await page.keyboard.press('Enter');
      await page.locator('.grid').focus();
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      expect(await page.locator('dialog[open] h2').innerText()).toMatch(/ row of /);
      await page.keyboard.press('Escape');
      expect(await page.locator('dialog[open]').count()).toBe(0);
    });

    test.each([
      ['light', { colorScheme: 'light' }],
      ['dark', { colorScheme: 'dark' }],
      ['a small screen', { viewport: { width: 360, height: 640 } }],
    ] as const)('has no axe findings: %s', async (_, options) => {
      const report = await openReport(file, options);
      const { page } = report;
      const isSmall = 'viewport' in options;
      for (const id of ['overview', 'definitions', 'table 0', 'table 1']) {
        if (isSmall) await page.click('.menu');
        await choose(report, id);
        expect([id, ...(await axeFindings(page))]).toEqual([id]);
        expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
      }
      await page.locator('.grid-body .grid-row').first().click();
      expect(await axeFindings(page)).toEqual([]);
      expect(report.noticed).toEqual([]);
    });
  });

  test('takes hostile names and values for text', async () => {
    const columns = Array.from({ length: 300 }, (_, i) => `c${i}`).join();
    const script = `</script><script>alert(1)</script><!--<img src=x onerror="alert(2)">`;
    const file = await reportOf(
      `CREATE TABLE "${script.replaceAll('"', '""')}"(id INTEGER PRIMARY KEY, "\u202e${script.replaceAll('"', '""')}", long);
       CREATE TABLE wide(id INTEGER PRIMARY KEY, "__proto__", ${columns})`,
      `INSERT INTO "${script.replaceAll('"', '""')}" VALUES (1, '${script}\u2028\u202e', printf('%.1000000c', 'x')), (2, CAST(x'ff' AS TEXT), 9007199254740993);
       INSERT INTO wide(id, "__proto__", c299) VALUES (1, 'proto', 'last')`,
      {
        title: script,
        conflicts: [
          conflictOf({ kind: 'unique', table: script, message: script, key: { [script]: script } }),
        ],
      },
    );
    expect(statSync(file).size).toBeLessThan(200_000);
    const report = await openReport(file);
    const { page } = report;
    expect(await page.title()).toBe(script);
    expect(await page.locator('h1').innerText()).toBe(script);
    for (const id of ['overview', 'conflicts', 'table 0', 'table 1']) {
      await choose(report, id);
      expect([id, ...(await axeFindings(page))]).toEqual([id]);
    }
    expect(await page.locator('img').count()).toBe(0);
    const names = await texts(report, '[role=tree] > li .label');
    await choose(report, `table ${names.slice(2).indexOf(script)}`);
    const cells = await texts(report, '.grid-body');
    expect(cells.join()).toContain('\\u2028\\u202e');
    await page.locator('.grid-body .grid-row').first().click();
    expect(await page.locator('dialog').innerText()).toContain('the first 2000 of 1000000 characters');
    await page.keyboard.press('Escape');
    await choose(report, `table ${names.slice(2).indexOf('wide')}`);
    await page.evaluate(`document.querySelector('.grid').scrollTo(1e6, 0)`);
    await page.locator('.grid-body', { hasText: 'last' }).waitFor();
    expect(await page.locator('.grid-body .cell').count()).toBeLessThan(20);
    expect(report.noticed).toEqual([]);
  });

  test('shows conflicts side by side', async () => {
    const sides = { old: { id: 1n, a: 'was' }, local: { id: 1n, a: 'mine' }, remote: null };
    const definition = {
      type: 'index',
      name: 'i',
      old: null,
      local: 'CREATE INDEX i ON t(a)',
      remote: 'CREATE INDEX i ON t(b)',
      byHand: false,
    } as const;
    const file = await reportOf('CREATE TABLE t(x)', 'SELECT 1', {
      plan: null,
      conflicts: [
        conflictOf({
          kind: 'update/delete',
          table: 't',
          key: { id: 1n },
          columns: ['a'],
          ...sides,
          message: 'They deleted it.',
        }),
        conflictOf({ kind: 'schema', table: 't', definition, message: 'Both made it.' }),
      ],
    });
    const report = await openReport(file);
    expect(await report.page.locator('.kind').count()).toBe(0);
    expect(await texts(report, '.sides thead th')).toEqual(['Column', 'Old', 'Local', 'Remote']);
    expect((await texts(report, '.sides tbody td')).map((text) => text.split('\n')[0])).toEqual([
      'was',
      'mine',
      '(no row)',
    ]);
    expect(await texts(report, '.diff .now')).toEqual([
      '+ CREATE INDEX i ON t(a)',
      '+ CREATE INDEX i ON t(b)',
    ]);
    expect(await axeFindings(report.page)).toEqual([]);
  });

  test('opens 100,000 changed rows within 2 s and keeps few of them in the document', async () => {
    const file = await reportOf(
      `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c TEXT, d INT);
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
       INSERT INTO t SELECT i, 'name ' || i, i * 0.1, 'text', i FROM n`,
      `UPDATE t SET a = a || '!', b = b + 1;
       WITH RECURSIVE n(i) AS (SELECT 50001 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
       INSERT INTO t SELECT i, 'name ' || i, i * 0.1, 'text', i FROM n`,
    );
    // Other tests may have the machine to themselves meanwhile.
    let best = Infinity;
    for (let i = 0; i < 5 && best >= 2000; i++) best = Math.min(best, (await openReport(file)).openedIn);
    expect(best).toBeLessThan(2000);
    const report = await openReport(file);
    await choose(report, 'table 0');
    await report.page.evaluate(`document.querySelector('.grid').scrollTo(0, 1e9)`);
    await report.page.locator('.grid-body', { hasText: 'name 100000' }).waitFor();
    expect(await report.page.locator('.grid-row').count()).toBeLessThan(100);
  });

  test('says what it leaves out, deleted rows last', async () => {
    const file = await reportOf(
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)`,
      `DELETE FROM t WHERE id < 3; UPDATE t SET v = 4; INSERT INTO t VALUES (7, 7), (8, 8)`,
      {},
      { rows: 3, size: 10_000 },
    );
    const report = await openReport(file);
    expect(await texts(report, '.page ul li')).toEqual(['2 new rows']);
    await choose(report, 'table 0');
    expect(await texts(report, '.status')).toEqual(['3 of 5 changed rows; 2 are not in this file']);
  });
});

test('a policy lets the page load and send nothing, and run its own script only', async () => {
  const file = await reportOf('CREATE TABLE t(x)', 'INSERT INTO t VALUES (1)');
  const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(readFileSync(file, 'utf8')) ?? [];
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'sha256-[^' ]*'; style-src 'sha256-[^' ]*'; base-uri 'none'; form-action 'none'$/,
  );
});
