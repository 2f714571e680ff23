import type { Target, TransactOptions } from '../../apply/target';
import { beginStep, progressOf, type OnEvent } from '../../events';
import type { Statement } from '../../sqlite/statement';

/** Returns a target that reports the number of uploaded rows in its transactions, and the commit. */
export function withUploadSteps(target: Target, onEvent: OnEvent | undefined): Target {
  const [transactSince, transactAfter] = [
    target.transactSince?.bind(target),
    target.transactAfter?.bind(target),
  ];
  return {
    ...target,
    async transact(statements, options) {
      const upload = beginUpload(statements, onEvent, options);
      try {
        return await target.transact(statements, upload);
      } finally {
        upload.end();
      }
    },
    ...(transactSince && {
      async transactSince(fingerprint, statements, options) {
        let upload: Upload | undefined;
        const begun = (): readonly Statement[] | null => {
          const meant = statements();
          if (meant !== null) upload = beginUpload(meant, onEvent, options);
          return meant;
        };
        try {
          return await transactSince(fingerprint, begun, {
            onSent: (i) => upload?.onSent(i),
            onCommit: () => upload?.onCommit(),
          });
        } finally {
          upload?.end();
        }
      },
    }),
    ...(transactAfter && {
      async transactAfter(look) {
        let end: (() => void) | undefined;
        try {
          return await transactAfter(async (query) => {
            const statements = await look(query);
            if (statements !== null) end ??= beginStep(onEvent, 'commit');
            return statements;
          });
        } finally {
          end?.();
        }
      },
    }),
  };
}

interface Upload {
  readonly onSent: (statement: number) => void;
  readonly onCommit: () => void;
  end(): void;
}

function beginUpload(
  statements: readonly Statement[],
  onEvent: OnEvent | undefined,
  { onSent, onCommit }: TransactOptions = {},
): Upload {
  const rows = statements.map(({ carries }) => carries?.rows ?? 0);
  const total = rows.reduce((sum, n) => sum + n, 0);
  const tell = progressOf(onEvent, 'upload');
  let done = 0;
  let end = beginStep(onEvent, 'upload');
  let isUploaded = false;
  return {
    onSent(i) {
      onSent?.(i);
      if (isUploaded) return;
      done += rows[i] ?? 0;
      if (rows[i] !== 0) tell({ done, total, unit: 'rows' });
    },
    onCommit() {
      onCommit?.();
      if (isUploaded) return;
      // The last part has the remaining rows and the COMMIT.
      if (done < total) tell({ done: total, total, unit: 'rows' });
      isUploaded = true;
      end();
      end = beginStep(onEvent, 'commit');
    },
    end: () => end(),
  };
}
