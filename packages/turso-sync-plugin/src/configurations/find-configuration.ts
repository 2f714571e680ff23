/** The relevant facts of a workspace's projects. */
export type Projects = Readonly<
  Record<string, { readonly targets?: Readonly<Record<string, unknown>> | undefined }>
>;

/** Returns the configuration that a run asks for, or undefined. Names of projects and targets may contain colons. */
export function findConfiguration(asked: string, projects: Projects): string | undefined {
  if (!asked.includes(':')) return asked === '' ? undefined : asked;
  const tasks = Object.entries(projects).flatMap(([project, { targets = {} }]) =>
    Object.keys(targets).map((target) => ({ target, task: `${project}:${target}` })),
  );
  if (tasks.some(({ task }) => task === asked)) return undefined;
  const starts = tasks.map(({ task }) => task).filter((task) => asked.startsWith(`${task}:`));
  if (starts.length > 0) return asked.slice(Math.max(...starts.map((task) => task.length)) + 1);
  // Nx accepts `mailer` for `@acme/mailer`, and takes the current project if none is named.
  const rest = asked.slice(asked.indexOf(':') + 1);
  if (tasks.some(({ target }) => target === rest)) return undefined;
  return asked.slice(asked.lastIndexOf(':') + 1);
}
