/** Loads `@nx/devkit`. Only generators that add packages need it, so users of the others need not install it. */
export async function loadDevkit(): Promise<typeof import('@nx/devkit')> {
  try {
    return await import('@nx/devkit');
  } catch (cause) {
    throw new Error(
      `This generator needs @nx/devkit, in the version of nx: run \`npm install --save-dev @nx/devkit@$(npx nx --version)\`.`,
      { cause },
    );
  }
}
