import { simulate, timeFor } from './simulate.fixture';
import { fileSites, type Sites } from './world.fixture';

const COUNT = 400;

describe('histories of two folders and two remotes that are files', () => {
  let sites: Sites;
  beforeAll(async () => (sites = await fileSites()));
  afterAll(() => Promise.all(Object.values(sites).map((site) => site.stop())));

  test(
    `${COUNT} lose nothing, make nothing twice and overwrite nothing unasked`,
    () => simulate(sites, COUNT, 'none'),
    timeFor(COUNT),
  );
});
