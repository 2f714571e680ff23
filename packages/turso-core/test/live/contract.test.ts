import { requireTool } from '@turso-sync/testing';
import { playScene } from './contract-scene.fixture';
import { readContract } from './contract.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('the contract of direct access', () => {
  test.each(readContract().map((behaviour) => [behaviour.title, behaviour] as const))(
    '%s',
    async (_, behaviour) => {
      const scene = await playScene(behaviour);
      try {
        for (const step of behaviour.steps) await scene.play(step);
      } finally {
        await scene.end();
      }
    },
  );
});
