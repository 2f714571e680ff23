import { checkAffected } from './affected.fixture';
import { checkRemoteCache } from './remote-cache.fixture';
import { describeWithSqld, serve, type Served } from './served.fixture';
import { checkTargets } from './targets.fixture';
import { workspace } from './workspace.fixture';

// The same runs under other versions of Nx, see nx-versions.test.ts.
describeWithSqld('under the version of Nx that this repository has', () => {
  let served: Served;
  beforeEach(async () => (served = await serve()));
  afterEach(() => served.sqld.stop());

  test('targets do what their commands do, and projects share a snapshot', () =>
    checkTargets(workspace, served));
  test('a snapshot comes from a remote cache', () => checkRemoteCache(workspace, served));
});

test('a commit affects the same pushes as builds', () => checkAffected(workspace));
