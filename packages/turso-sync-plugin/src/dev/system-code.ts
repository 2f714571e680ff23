/** Returns the code of a Node error, such as `ENOENT`, or an empty string. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
