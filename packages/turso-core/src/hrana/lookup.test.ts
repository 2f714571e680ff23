import type { LookupAddress } from 'node:dns';
import { lookup } from './lookup';

function lookUp(hostname: string, options: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    lookup(hostname, options, (error, address: string | LookupAddress[], family) => {
      if (error !== null) reject(error);
      else resolve(typeof address === 'string' ? [address, family] : address);
    });
  });
}

test.each(['db.localhost', 'DB.LocalHost', 'a.b.localhost', 'db.localhost.'])(
  '%s is this machine',
  async (host) => {
    expect(await lookUp(host, {})).toEqual(['127.0.0.1', 4]);
    expect(await lookUp(host, { family: 6 })).toEqual(['::1', 6]);
    expect(await lookUp(host, { all: true, family: 4 })).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await lookUp(host, { all: true })).toEqual([
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  },
);

test.each(['nowhere.invalid', 'localhost.invalid', 'db.notlocalhost.invalid'])(
  'the system is asked for %s',
  async (host) => {
    await expect(lookUp(host, {})).rejects.toMatchObject({ hostname: host });
  },
);
