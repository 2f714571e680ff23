import { PROFILES, requireTool, startDouble } from '@turso-sync/testing';
import { playScene } from '../live/contract-scene.fixture';
import { needsServer, readContract, words, type Behaviour } from '../live/contract.fixture';
import { partOf, profiles } from './profiles.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** What only a replica does. */
const OF_REPLICAS = ['sync', 'rebuilds', 'harm'];

/** What happens to a server itself. The double before it stays, and does not ask for tokens. */
const OF_THE_SERVER = /^(?:stop|freeze|key)\b/;

const all = readContract().filter(
  ({ steps }) => !steps.some(({ verb, rest }) => verb === 'server' && OF_THE_SERVER.test(rest)),
);

/** The behaviours of a server's own connections, each without its replica. */
const behaviours = all
  .filter(
    ({ steps }) => !steps.some(({ verb, rest }) => OF_REPLICAS.includes(verb) || rest.includes('auto-sync')),
  )
  .filter(needsServer)
  .map(withoutReplica);

function withoutReplica({ title, steps }: Behaviour): Behaviour {
  return {
    title,
    steps: steps.map((step) => {
      const isOpen = step.verb === 'open' && !words(step.rest).includes('remote');
      return isOpen ? { ...step, rest: `${step.rest} remote`.trim() } : step;
    }),
  };
}

/** Transactions and infinities: how they are done follows from the encoding. */
function meetsEncoding({ steps }: Behaviour): boolean {
  return steps.some(({ verb, lines }) => verb === 'begin' || lines.some(({ rest }) => /\binf/i.test(rest)));
}

test('some behaviours meet what each encoding does in its own way', () => {
  expect(behaviours.filter(meetsEncoding).length).toBeGreaterThan(3);
});

describeWithSqld.each(profiles)('direct access to a server that is %s', (profile) => {
  const played = PROFILES[profile].grpc ? all : behaviours;
  const differs = (behaviour: Behaviour): boolean =>
    !PROFILES[profile].encodings.includes('v3-protobuf') && meetsEncoding(behaviour);
  test.each(partOf(played, profile, differs).map((behaviour) => [behaviour.title, behaviour] as const))(
    '%s',
    async (_, behaviour) => {
      const scene = await playScene(behaviour, (server) => startDouble(server.port, profile));
      try {
        for (const step of behaviour.steps) await scene.play(step);
      } finally {
        await scene.end();
      }
    },
  );
});
