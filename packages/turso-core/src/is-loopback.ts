/** Checks whether a URL's host is this machine. Nobody on the way can then read the traffic. */
export function isLoopback(hostname: string): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|\[::1\]|(?:.+\.)?localhost\.?)$/.test(hostname);
}
