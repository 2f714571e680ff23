/** Names of devices. Windows opens the device in any folder, and with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\xb9\xb2\xb3]) *(?:\.|$)/i;

/** Characters that Windows refuses in names, and ends that it cuts off. */
// eslint-disable-next-line no-control-regex
const REFUSED = /[\x00-\x1f<>:"/\\|?*]|[. ]$|^$/;

/** Checks whether a file or a folder can have this name on every system, and keeps it. */
export function isPortableName(name: string): boolean {
  return !DEVICE.test(name) && !REFUSED.test(name);
}
