/** Keeps secrets out of what is printed. */
export interface Redactor {
  /** A secret that must not be printed, wherever it might come from. */
  readonly hide: (secret: string | undefined) => void;
  /** A text with the secrets taken out. */
  readonly clean: (text: string) => string;
}

/** Makes a redactor that knows no secrets yet. */
export function createRedactor(): Redactor {
  const secrets: string[] = [];
  return {
    hide(secret) {
      if (secret !== undefined && secret !== '') secrets.push(secret);
    },
    clean: (text) => secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '[token]'), text),
  };
}
