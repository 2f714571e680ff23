import { chainToCommit, stepsIn } from '../../hrana/chain';
import { capabilitiesOf } from '../../hrana/capabilities';
import { describing, readSigned, signStep, signSteps, type Describing } from '../../hrana/exact-answer';
import { queryExactly, type Asking } from '../../hrana/exact-query';
import type { HranaRequest, HranaResult, HranaStep, StatementResult, StepResult } from '../../hrana/hrana';
import { createHttpClient, type ClientOptions } from '../../hrana/http-client';
import { openStream, sendOnce } from '../../hrana/stream';
import type { LiveDatabase } from '../database';
import type { Deadline } from '../deadline';
import { refusesWrites } from '../read-only';
import { createReplicationLog, type ReplicationLog } from '../../hrana/replication-log';
import { inStatement } from '../statement-errors';
import { beginInTurn } from './begin-turns';
import { describeEnded, describeStatement, describeWrite, doneResult, serverError } from './primary-errors';
import { beginTransaction } from './primary-transaction';
import { sentStatement } from './sent-statement';

/** A server as the database of a live connection. */
export interface Primary extends LiveDatabase {
  /** Opens the log for replicas. Its requests end with the signal. */
  readonly openLog: (ended: AbortSignal) => ReplicationLog;
}

/** Creates the adapter for libsql-server and Turso: Hrana over HTTP, with one request per call. */
export function createPrimary(url: URL, location: string, options: ClientOptions): Primary {
  const client = createHttpClient(url, location, options);

  async function ask(request: HranaRequest, deadline: Deadline): Promise<HranaResult> {
    const [result] = await sendOnce(client, [request], { timeout: deadline.left });
    if (result?.type === 'error') throw serverError(result.error, location);
    return result ?? { type: 'other' };
  }

  async function run(steps: readonly HranaStep[], deadline: Deadline): Promise<readonly StepResult[]> {
    const result = await ask({ type: 'batch', steps }, deadline);
    return stepsIn(result, location);
  }

  const askingWithin = (deadline: Deadline): Asking => ({
    async run(step) {
      const [result] = await run([step], deadline);
      return doneResult(result, location);
    },
    async columnsOf(sql) {
      const result = await ask({ type: 'describe', sql }, deadline);
      return result.type === 'describe' ? result.columns : [];
    },
  });

  const signing = (deadline: Deadline): Describing => ({
    async tellsInfinities() {
      const { all } = capabilitiesOf(client);
      if (all.encoding === null) await sendOnce(client, [], { timeout: deadline.left });
      return capabilitiesOf(client).all.encoding === 'v3-protobuf';
    },
    describe: (sqls) => sendOnce(client, sqls.map(describing), { timeout: deadline.left }),
  });

  const isReadOnly = refusesWrites(async (sql, deadline) => {
    const result = await ask({ type: 'describe', sql }, deadline);
    return result.type === 'describe' && result.isReadonly;
  });

  return {
    location,
    get repeated() {
      return client.repeated;
    },
    openLog: (ended) => createReplicationLog(client, ended),
    async query(statement, deadline) {
      await isReadOnly(statement.sql, deadline);
      const { step, restore } = sentStatement(statement);
      return restore(await queryExactly(askingWithin(deadline), step));
    },
    async execute(statement, deadline) {
      const { step: sent, restore } = sentStatement(statement);
      const signed = await signStep(sent, signing(deadline));
      const result = await describeStatement(location, async () => {
        const [step] = await run([signed.step], deadline);
        return doneResult(step, location);
      });
      return restore(readSigned(result, signed, location));
    },
    async batch(statements, deadline) {
      const sent = statements.map(sentStatement);
      const signed = await signSteps(
        sent.map(({ step }) => step),
        signing(deadline),
      );
      const steps = chainToCommit([{ sql: 'BEGIN IMMEDIATE' }, ...signed.map(({ step }) => step)]);
      const results = await describeWrite(location, () =>
        describeEnded('Nothing was changed.', async () => batchResults(await run(steps, deadline), location)),
      );
      return results.map((result, i) => {
        const read = readSigned(result, signed[i], location);
        return sent[i]?.restore(read) ?? read;
      });
    },
    begin: (deadline) =>
      beginInTurn(
        url,
        location,
        () => beginTransaction(openStream(client), location, isReadOnly, deadline),
        deadline,
      ),
    close: () => client.close(),
  };
}

function batchResults(steps: readonly StepResult[], location: string): StatementResult[] {
  const [begin, ...rest] = steps.slice(0, -1);
  doneResult(begin, location);
  const failed = rest.findIndex((step) => step !== null && 'error' in step);
  if (failed >= 0 && failed < rest.length - 1) {
    try {
      doneResult(rest[failed], location);
    } catch (error) {
      throw inStatement(error, failed);
    }
  }
  return rest.map((step) => doneResult(step, location)).slice(0, -1);
}
