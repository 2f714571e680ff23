import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { requireTool } from '@turso-sync/testing';

const needs = { skip: requireTool('sqlite3') ? false : 'sqlite3 is not there' };

test('the recording in the docs is what the command says today', needs, () => {
  const script = path.join(import.meta.dirname, 'recording.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
