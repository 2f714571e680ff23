import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { makeTempDir } from '@turso-sync/testing';
import { values } from '../../../test/fixtures/values.fixture';
import { isStored, readValues } from '../../sqlite/stored-values';
import { RawText, sameRow, type SqlValue } from '../../sqlite/values/values';
import { createValueStore } from './value-store';

const LARGE = 'x'.repeat(9_000_000);

test('few values stay in memory, and many are read from a file bit by bit', () => {
  const dir = makeTempDir('values-');
  const store = createValueStore(dir);
  const few = store.keep({ sql: '', args: ['x'.repeat(20_000)] });
  expect(isStored(few.args ?? [])).toBe(false);
  store.keep({ sql: '', args: [LARGE.slice(0, 7_970_000)] });
  fc.assert(
    fc.property(fc.array(values), (some) => {
      const meant: SqlValue[] = some.map((value) => (value instanceof RawText ? value.bytes : value));
      const args = [...meant, 'ä'.repeat(11_000), Buffer.alloc(300, 7), '\ufeffa', -0, Infinity];
      const kept = store.keep({ sql: 'SELECT 1', args, check: 'c' });
      expect(kept).toMatchObject({ sql: 'SELECT 1', check: 'c', args: { count: args.length } });
      for (let again = 0; again < 2; again++) {
        const read = readValues(kept.args ?? []);
        // A Buffer comes back as bytes.
        expect(sameRow(args, read)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
  expect(readdirSync(dir)).toHaveLength(1);
  store.clear();
  expect(readdirSync(dir)).toEqual([]);
});

test('what is held does not grow with the statements', () => {
  const dir = makeTempDir('values-');
  const store = createValueStore(dir);
  const text = 'x'.repeat(1_000_000);
  const all = Array.from({ length: 40 }, (_, i) =>
    store.keep({ sql: '', args: [text, Buffer.alloc(50_000, i)] }),
  );
  const held = all.filter(({ args = [] }) => !isStored(args)).length;
  expect(held).toBeLessThan(9);
  expect(all.every(({ args = [] }, i) => sameRow(readValues(args), [text, Buffer.alloc(50_000, i)]))).toBe(
    true,
  );
  const [file = ''] = readdirSync(dir);
  expect(readFileSync(`${dir}/${file}`).byteLength).toBeGreaterThan(30_000_000);
});

test('without a folder, all values stay in memory', () => {
  const store = createValueStore(undefined);
  const args = [LARGE, LARGE];
  expect(store.keep({ sql: '', args }).args).toBe(args);
});
