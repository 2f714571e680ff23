import { TursoSyncError } from '../../errors';
import { isPortableName } from '../../portable-name';

/** An environment's name is also its folder's name in the state folder. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Other names in the state folder, now or in early builds. */
const RESERVED =
  /^(default|backups|live|lock|moving|base|snapshot|pushes)$|^tmp-|\.(json|db|sql|new|previous)$/i;

/** Throws CONFIG_INVALID for names that cannot be folders side by side on every file system. */
export function checkEnvironmentNames(names: readonly string[], file: string): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    if (!NAME.test(name)) {
      throw invalid(file, name, 'is not a valid name for an environment', {
        hint: 'Use up to 64 letters, digits, ".", "_" and "-", and begin with a letter or digit.',
      });
    }
    if (RESERVED.test(name)) {
      throw invalid(file, name, 'is a name that turso-sync uses itself', {
        hint: 'Rename the environment, for example to "staging". Without --env, the settings at the top are used.',
      });
    }
    if (!isPortableName(name)) {
      throw invalid(file, name, 'cannot be a folder on Windows', {
        hint: 'Rename the environment: no device such as "nul", and no dot at the end.',
      });
    }
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw invalid(file, name, `differs from "${other}" only in case`, {
        hint: 'Rename one of them: some file systems do not tell them apart.',
      });
    }
    seen.set(name.toLowerCase(), name);
  }
}

function invalid(file: string, name: string, what: string, details: { hint: string }): TursoSyncError {
  return new TursoSyncError('CONFIG_INVALID', `"environments.${name}" in ${file} ${what}.`, details);
}
