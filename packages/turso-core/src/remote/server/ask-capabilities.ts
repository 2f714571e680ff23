import { TursoSyncError } from '../../errors';
import { capabilitiesOf, type KnownCapabilities } from '../../hrana/capabilities';
import type { HranaRequest, HranaResult, StepResult } from '../../hrana/hrana';
import type { HttpClient } from '../../hrana/http-client';
import { sendOnce } from '../../hrana/stream';
import { readGeneration } from '../../hrana/sync-endpoints';
import { KNOWN_CHECKSUM } from '../../sqlite/known-checksum';
import type { SqlValue } from '../../sqlite/values/values';

/**
 * Queries all capabilities of a server that reading can detect. It uses one request for a few rows, and one for the
 * sync endpoints. The fingerprint shows whether the server reports its log and the number of its latest write.
 */
export async function askCapabilities(client: HttpClient): Promise<void> {
  const [[asked, never]] = await Promise.all([sendQuestions(client), readGeneration(client)]);
  const capabilities = capabilitiesOf(client);
  noteAnswers(capabilities, asked?.type === 'batch' ? asked.steps : []);
  // The server can parse it. Only a write shows whether it executes it.
  if (never !== undefined && isRefused(never)) capabilities.note({ userVersion: false });
}

/** With a read-only token, a server may refuse a whole request because of a write, even a write that never runs. */
async function sendQuestions(client: HttpClient): Promise<readonly HranaResult[]> {
  try {
    return await sendOnce(client, [QUESTIONS, NEVER]);
  } catch (error) {
    if (!(error instanceof TursoSyncError) || error.code !== 'REMOTE_READ_ONLY') throw error;
    return sendOnce(client, [QUESTIONS]);
  }
}

/** A batch of independent questions: each runs even if others fail. */
const QUESTIONS: HranaRequest = {
  type: 'batch',
  steps: [
    { sql: 'SELECT length(data) FROM sqlite_dbpage WHERE pgno = 1' },
    { sql: 'SELECT data_version FROM pragma_data_version' },
    { sql: 'SELECT lower(hex(sha3_query(?, 256)))', args: [KNOWN_CHECKSUM.sql] },
  ],
};

/** A batch whose second step never runs. */
const NEVER: HranaRequest = {
  type: 'batch',
  steps: [
    { sql: 'SELECT 1' },
    {
      sql: 'PRAGMA user_version = 0',
      condition: { type: 'not', cond: { type: 'ok', step: 0 } },
    },
  ],
};

function noteAnswers(capabilities: KnownCapabilities, [pages, version, sha3]: readonly StepResult[]): void {
  capabilities.note({
    sqliteDbpage: servesPages(pages),
    dataVersion: typeof valueOf(version) === 'bigint',
    sha3: valueOf(sha3) === KNOWN_CHECKSUM.sha3,
  });
}

/** Returns null for a database without pages: that does not show whether the server would serve them. */
function servesPages(step: StepResult | undefined): boolean | null {
  if (step === null || step === undefined || 'error' in step) return false;
  return step.rows.length === 0 ? null : typeof step.rows[0]?.[0] === 'bigint';
}

function valueOf(step: StepResult | undefined): SqlValue | undefined {
  return step === null || step === undefined || 'error' in step ? undefined : step.rows[0]?.[0];
}

function isRefused(result: HranaResult): boolean {
  return (
    result.type === 'error' ||
    (result.type === 'batch' && result.steps.some((step) => step !== null && 'error' in step))
  );
}
