/** A command between backticks, or at the head of a line of a list. Anything else may be data. */
const ADVICE =
  /(?<=`)turso-sync ([a-z][a-z-]*)([^`\n]*)(?=`)|(?<=^ {2})turso-sync ([a-z][a-z-]*)((?: \S+)*)(?= {2}|$)/gm;

/**
 * Returns a text with each advised command, such as `turso-sync push --force`, in other words.
 *
 * @param reword - receives the command, here `push`, and the rest with its space, here ` --force`.
 */
export function rewordAdvice(text: string, reword: (command: string, rest: string) => string): string {
  return text.replace(ADVICE, (...found: (string | undefined)[]) => {
    const [command = '', rest = ''] = found.slice(1, 5).filter((part) => part !== undefined);
    return reword(command, rest);
  });
}
