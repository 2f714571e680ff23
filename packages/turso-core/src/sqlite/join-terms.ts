/** Terms in one chain; SQLite refuses expressions deeper than 1,000, and some servers crash on very long ones. */
const CHAIN = 100;

/** Joins SQL terms by an operator that binds no tighter than theirs, with little depth however many they are. */
export function joinTerms(terms: readonly string[], operator: 'AND' | 'OR' | '||' | '+'): string {
  if (terms.length <= CHAIN) return terms.join(` ${operator} `);
  const size = Math.max(CHAIN, Math.ceil(terms.length / CHAIN));
  const groups = Array.from(
    { length: Math.ceil(terms.length / size) },
    (_, i) => `(${joinTerms(terms.slice(i * size, (i + 1) * size), operator)})`,
  );
  return joinTerms(groups, operator);
}
