import type { ChangeSummary } from '../changeset/summary';
import type { SchemaObject } from '../sqlite/schema/schema';
import { PLAN_VERSION, type DefinitionChange, type PlanChanges, type PlanHead } from './plan';

/** The fields only version 1 has. */
export interface HeadOfVersion1 {
  /**
   * A summary of a push that changed definitions. If set, the changes in its record are the inverse of the push. Later
   * versions keep the inverse in a separate file.
   */
  readonly takesBack?: ChangeSummary;
}

interface Version1 {
  readonly createdAt: string;
  readonly summary: ChangeSummary;
  readonly schema: readonly (Omit<DefinitionChange, 'before' | 'after'> & {
    readonly sql: string;
    readonly from?: SchemaObject;
  })[];
  readonly virtual: PlanChanges['virtual'];
  readonly sequences: PlanChanges['sequences'];
  readonly definitions?: readonly SchemaObject[];
  readonly plan?: { readonly remote: string; readonly folder: string; readonly receipt: string | null };
  readonly undoes?: number;
  readonly notInBase?: boolean;
  readonly movedRowids?: readonly string[];
  readonly inverse?: boolean;
  readonly pushed?: ChangeSummary;
}

/** Converts the head of a version 1 file (`turso-sync-changes`) to the present format. Null if it is not complete. */
export function fromVersion1(head: Version1): (PlanHead & HeadOfVersion1) | null {
  const { createdAt, summary, schema, plan, undoes = null, notInBase = false, movedRowids = [] } = head;
  const isThere = (part: unknown): boolean => typeof part === 'object' && part !== null;
  if (!isThere(summary) || !Array.isArray(schema) || !schema.every(isThere)) return null;
  const { total, tables, userVersion, notCarried } = summary;
  return {
    ...{ format: 'turso-sync-plan', version: PLAN_VERSION, createdAt },
    ...{ remote: plan?.remote ?? null, environment: null, base: null },
    saved: plan === undefined ? null : { folder: plan.folder, receipt: plan.receipt },
    pushed: plan === undefined ? { undoes, notInBase, movedRowids } : null,
    ...{ findings: [], cost: null, verdict: null },
    changes: {
      ...{ total, tables, userVersion, notCarried },
      schema: schema.map(definitionOf),
      virtual: head.virtual,
      sequences: head.sequences,
      reliesOn: head.definitions ?? null,
    },
    ...(head.inverse === true ? { takesBack: head.pushed ?? summary } : {}),
  };
}

function definitionOf({ sql, from, ...change }: Version1['schema'][number]): DefinitionChange {
  const { action, type, name, table, rebuilt } = change;
  return {
    ...{ action, type, name, table },
    renamedFrom: from === undefined || from.name === name ? null : from.name,
    before: action === 'create' ? null : (from?.sql ?? sql),
    after: action === 'drop' ? null : sql,
    ...{ rebuilt, statements: [] },
  };
}
