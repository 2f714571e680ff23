/**
 * Loads `@nx/devkit`. Only generators need it, so that those who use none do not have to install it.
 *
 * @param otherwise - what to do without it, as the end of a sentence.
 */
export async function loadDevkit(otherwise = ''): Promise<typeof import('@nx/devkit')> {
  try {
    return await import('@nx/devkit');
  } catch (cause) {
    throw new Error(
      `Generators need @nx/devkit, in the version of nx: run \`npm install --save-dev @nx/devkit@$(npx nx --version)\`${otherwise}.`,
      { cause },
    );
  }
}
