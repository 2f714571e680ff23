import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { writeBytes } from './write-bytes';

const { O_RDWR, O_NONBLOCK, O_CREAT } = fs.constants;

test('writes everything, at a place or at the current one', () => {
  const file = path.join(makeTempDir('write-bytes-'), 'file');
  const handle = fs.openSync(file, O_RDWR | O_CREAT);
  try {
    writeBytes(handle, Buffer.from('one two'));
    writeBytes(handle, Buffer.from('six'), 4);
    writeBytes(handle, Buffer.from(' three'));
    expect(fs.readFileSync(file, 'utf8')).toBe('one six three');
  } finally {
    fs.closeSync(handle);
  }
});

test('fails if only a part has room', () => {
  // A pipe that nobody reads takes a part, as a disk that fills up does.
  const pipe = path.join(makeTempDir('write-bytes-'), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const handle = fs.openSync(pipe, O_RDWR | O_NONBLOCK);
  try {
    expect(() => writeBytes(handle, Buffer.alloc(1 << 21))).toThrow('EAGAIN');
  } finally {
    fs.closeSync(handle);
  }
});
