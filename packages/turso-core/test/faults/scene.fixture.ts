import path from 'node:path';
import {
  compareDatabases,
  downloadDatabase,
  makeTempDir,
  startProxy,
  startSqld,
  type ProxyOptions,
  type Sqld,
  type TcpProxy,
} from '@turso-sync/testing';
import { leftovers, makeProject, type Run, type TestProject } from '../fixtures/cli.fixture';
import { makeModel, type Model } from './model.fixture';

/** What a run of a command took when nothing was wrong: its time in milliseconds, and the bytes of either side. */
export interface Measure {
  readonly ms: number;
  readonly client: number;
  readonly server: number;
}

/** A server, a project that reaches it through a proxy, and what the remote is meant to be. */
export interface Scene {
  readonly server: Sqld;
  readonly proxy: TcpProxy;
  readonly project: TestProject;
  /** Goes on with a project's folder in which no command has run yet. */
  startAnew(): void;
  model: Model;
  /** Runs a command that has to succeed and leave nothing behind; remembers what it took. */
  run(...args: string[]): Promise<Run>;
  /** What the command took the last time. */
  readonly measured: (command: string) => Measure;
  /** Which of the models the remote is equal to; fails where it is none. */
  remoteIs(...models: readonly Model[]): Promise<Model>;
  /** How the remote differs from the working copy, bit by bit. */
  differences(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Large rows are put in and taken out in turn. */
const POLICY = { 'turso-sync.config.json': JSON.stringify({ policy: { allow: { deleteAllRows: true } } }) };

/** Sets everything up, with a working copy. */
export async function makeScene(options?: ProxyOptions): Promise<Scene> {
  const model = makeModel();
  const server = await startSqld({ database: model.file });
  const proxy = await startProxy(server.port, options);
  let project = makeProject(proxy, POLICY);
  const measures = new Map<string, Measure>();
  const remoteFile = path.join(makeTempDir(), 'remote.db');
  const scene: Scene = {
    server,
    proxy,
    model,
    get project() {
      return project;
    },
    startAnew: () => (project = makeProject(proxy, POLICY)),
    async run(...args) {
      const [start, { client, server: answers }] = [performance.now(), { ...proxy.bytesFrom }];
      const run = await project.run(...args);
      if (run.exit !== 0) throw new Error(`${args.join(' ')}: ${JSON.stringify(run)}`);
      expect(leftovers(project)).toEqual([]);
      const { bytesFrom } = proxy;
      measures.set(args[0] ?? '', {
        ms: performance.now() - start,
        client: bytesFrom.client - client,
        server: bytesFrom.server - answers,
      });
      return run;
    },
    measured: (command) => measures.get(command) ?? { ms: 300, client: 2_000, server: 20_000 },
    async remoteIs(...models) {
      await downloadDatabase(server, remoteFile);
      const differences = models.map((one) => one.differences(remoteFile));
      const same = models.find((_, i) => differences[i]?.length === 0);
      if (same === undefined) throw new Error(`The remote is none of these: ${JSON.stringify(differences)}`);
      return same;
    },
    async differences() {
      await downloadDatabase(server, remoteFile);
      return compareDatabases(remoteFile, project.file('working_copy.db'));
    },
    async stop() {
      await proxy.stop();
      await server.stop();
    },
  };
  await scene.run('dump-init');
  return scene;
}
