import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One case to try a push or a conflict with; all SQL, to be run with `buildDatabase` and `editDatabase`. */
export interface TestCase {
  /** Such as `07-unique-swap`. */
  readonly name: string;
  /** What the case is about; one of `drift` begins with what is to be expected. */
  readonly description: string;
  /** Makes the database that both sides begin with. */
  readonly base: string;
  /** Changes the working copy. */
  readonly edit: string;
  /** Changes the remote meanwhile. Only in `drift`. */
  readonly remote?: string;
}

const CASES = join(__dirname, '..', 'cases');
const BASE = '.base.sql';

/** Reads the cases of one kind, in the order of their names. */
export function loadCases(kind: 'push' | 'drift'): TestCase[] {
  const dir = join(CASES, kind);
  const files = readdirSync(dir).sort();
  return files
    .filter((file) => file.endsWith(BASE))
    .map((file) => {
      const name = file.slice(0, -BASE.length);
      const read = (part: string) => readFileSync(join(dir, `${name}.${part}.sql`), 'utf8');
      const base = read('base');
      const description = /^-- (.*)/.exec(base)?.[1] ?? name;
      const remote = files.includes(`${name}.remote.sql`) ? { remote: read('remote') } : {};
      return { name, description, base, edit: read('edit'), ...remote };
    });
}
