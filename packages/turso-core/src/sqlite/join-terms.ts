/**
 * The number of terms in one chain. SQLite refuses expressions deeper than 1,000, and some servers crash on very long
 * ones.
 */
const CHAIN = 100;

/** Joins any number of SQL terms with little depth. The operator must not bind tighter than those in the terms. */
export function joinTerms(terms: readonly string[], operator: 'AND' | 'OR' | '||' | '+'): string {
  if (terms.length <= CHAIN) return terms.join(` ${operator} `);
  const size = Math.max(CHAIN, Math.ceil(terms.length / CHAIN));
  const groups = Array.from(
    { length: Math.ceil(terms.length / size) },
    (_, i) => `(${joinTerms(terms.slice(i * size, (i + 1) * size), operator)})`,
  );
  return joinTerms(groups, operator);
}
