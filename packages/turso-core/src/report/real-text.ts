/**
 * Returns a REAL for people: the shortest decimal for the same number. A whole number keeps `.0`, since 1 and 1.0 are
 * different values.
 */
export function realText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
