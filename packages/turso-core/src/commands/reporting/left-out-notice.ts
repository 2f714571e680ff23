import type { CoreEvent, OnEvent } from '../../events';

/** Gathers which tables a command leaves out, to tell of all of them in one warning. */
export interface LeftOutNotice {
  hear(event: CoreEvent): void;
  tell(onEvent: OnEvent): void;
}

export function leftOutNotice(): LeftOutNotice {
  const owners = new Map<string, string>();
  return {
    hear(event) {
      if (event.type === 'left-out') for (const { name, owner } of event.tables) owners.set(name, owner);
    },
    tell(onEvent) {
      if (owners.size === 0) return;
      const names = [...owners].map(([name, owner]) => `${name} (${owner})`).join(', ');
      onEvent({
        type: 'warning',
        message: `Left out, since other programs keep these tables for themselves: ${names}. Each side keeps its own.`,
      });
    },
  };
}
