/** Returns bytes for people: `512 B`, `74.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
    // From here on, rounding would make it 1000.0.
  } while (value >= 999.95 && unit < units.length - 1);
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** Returns the time since a date, for people: `3 minutes ago`. */
export function formatAge(since: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  const [size, unit] =
    seconds < 90
      ? [1, 'second']
      : seconds < 5400
        ? [60, 'minute']
        : seconds < 129_600
          ? [3600, 'hour']
          : [86_400, 'day'];
  return `${count(Math.round(seconds / size), unit)} ago`;
}

/**
 * Formats a whole number for people: `1,234`. To load the language rules instead would take as long as a small push.
 */
export function thousands(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Returns a number with its noun: `1 row`, `3 rows`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
