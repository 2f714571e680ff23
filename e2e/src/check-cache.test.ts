import { nx } from './workspace.fixture';
import { playCheckCache } from './check-cache.fixture';

test('checks are run again after each change of the data, a check or the config, and else come from the cache', () =>
  playCheckCache('checked'));

test('also with the daemon of Nx', async () => {
  const variables = { NX_DAEMON: 'true' };
  try {
    await playCheckCache('watched', { variables, steps: 6 });
  } finally {
    await nx(['daemon', '--stop'], variables);
  }
});
