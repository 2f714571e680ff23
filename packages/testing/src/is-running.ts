/** Whether there is a process with this number, or, where the number is negative, one of that process group. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
