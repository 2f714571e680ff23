import fs from 'node:fs';

/** Receives the number of bytes done, and of all bytes. */
export type OnBytes = (progress: {
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes';
}) => void;

/** Time between two looks at the size of the copy, in milliseconds. */
const INTERVAL = 100;

/**
 * Copies a file that nobody writes to, and reports how far it is. Does not replace an existing file if `isNew` is set.
 * Throws errors of the system. If `onBytes` throws, it removes the copy and throws that error.
 */
export async function copyFile(
  from: string,
  to: string,
  { onBytes, isNew = false }: { readonly onBytes?: OnBytes | undefined; readonly isNew?: boolean } = {},
): Promise<void> {
  const { COPYFILE_FICLONE, COPYFILE_EXCL } = fs.constants;
  const total = fs.statSync(from).size;
  let failure: { readonly error: unknown } | undefined;
  // Some systems give the copy its final size at once.
  const look = (): void => {
    const done = fs.statSync(to, { throwIfNoEntry: false })?.size ?? 0;
    try {
      if (done < total) onBytes?.({ done, total, unit: 'bytes' });
    } catch (error) {
      failure ??= { error };
    }
  };
  const timer = setInterval(look, INTERVAL);
  try {
    await fs.promises.copyFile(from, to, COPYFILE_FICLONE | (isNew ? COPYFILE_EXCL : 0));
  } finally {
    clearInterval(timer);
  }
  try {
    if (failure !== undefined) throw failure.error;
    onBytes?.({ done: total, total, unit: 'bytes' });
  } catch (error) {
    fs.rmSync(to, { force: true });
    throw error;
  }
}
