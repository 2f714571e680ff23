import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { resolveOptions, type FfiBuildOptions } from '../ffi/options';
import { requireOutputs } from './require-outputs';

function check(target: TargetConfiguration, options: FfiBuildOptions = {}): void {
  const context = {
    root: '/ws',
    projectName: 'demo',
    targetName: 'ffi-build',
    target,
    projectsConfigurations: { version: 2, projects: { demo: { root: 'apps/demo' } } },
  } as unknown as ExecutorContext;
  requireOutputs(resolveOptions(options, '/ws/apps/demo'), context);
}

test('a build that is not cached needs no outputs', () => {
  expect(() => check({ cache: false })).not.toThrow();
});

test('a cached one needs all that it makes', () => {
  const outputs = ['{projectRoot}/target/localized', '{projectRoot}/_install'];
  expect(() => check({ cache: true, outputs })).not.toThrow();
  expect(() => check({ cache: true, outputs: ['{workspaceRoot}/apps/demo'] })).not.toThrow();
  expect(() => check({ cache: true, outputs: outputs.slice(0, 1) }, { cargoOnly: true })).not.toThrow();
  expect(() => check({ cache: true, outputs: outputs.slice(0, 1) })).toThrow(
    'The target "ffi-build" of "demo" is cached, but its outputs lack "{projectRoot}/_install".',
  );
  expect(() => check({ cache: true, outputs }, { crate: 'native' })).toThrow(
    'its outputs lack "{projectRoot}/native/target/localized"',
  );
});
