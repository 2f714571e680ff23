import fs from 'node:fs';
import path from 'node:path';
import { packageFolder } from './vendor';
import { SCRIPT } from './localize';

test('dune uses the same script in turso-ffi', () => {
  const copy = path.join(packageFolder('turso-ffi', __dirname), 'localize.sh');
  expect(fs.readFileSync(copy, 'utf8')).toBe(fs.readFileSync(SCRIPT, 'utf8'));
});
