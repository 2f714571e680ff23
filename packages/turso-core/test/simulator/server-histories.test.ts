import { requireTool } from '@turso-sync/testing';
import { simulate, timeFor } from './simulate.fixture';
import { serverSites, type Sites } from './world.fixture';

const COUNT = 140;

(requireTool('sqld') ? describe : describe.skip)('histories over a network that fails', () => {
  let sites: Sites;
  beforeAll(async () => (sites = await serverSites()));
  afterAll(() => Promise.all(Object.values(sites).map((site) => site.stop())));

  test(
    `${COUNT} lose nothing, make nothing twice and overwrite nothing unasked`,
    () => simulate(sites, COUNT, 'network'),
    timeFor(COUNT),
  );
});
