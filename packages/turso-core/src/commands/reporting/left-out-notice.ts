import type { CoreEvent, OnEvent } from '../../events';
import { unmatched, type Exclude } from '../../sqlite/schema/exclude';

/** Collects the tables a command leaves out, to report them all at its end. */
export interface LeftOutNotice {
  hear(event: CoreEvent): void;
  tell(onEvent: OnEvent): void;
}

/** Reports the tables of other programs in one warning, and the tables excluded by the project in another. */
export function leftOutNotice(exclude: Exclude): LeftOutNotice {
  const owners = new Map<string, string | null>();
  let sawRemote = false;
  return {
    hear(event) {
      if (event.type !== 'left-out') return;
      for (const { name, owner } of event.tables) owners.set(name, owner);
      sawRemote ||= event.of === 'remote';
    },
    tell(onEvent) {
      const warn = (message: string): void => onEvent({ type: 'warning', message });
      const all = [...owners].sort(([a], [b]) => a.localeCompare(b, 'en'));
      const foreign = all.filter(([, owner]) => owner !== null);
      if (foreign.length > 0)
        warn(
          `Left out, since other programs keep these tables for themselves: ${foreign.map(([name, owner]) => `${name} (${owner})`).join(', ')}. Each side keeps its own.`,
        );
      const excluded = all.filter(([, owner]) => owner === null);
      if (excluded.length > 0)
        warn(
          `Left out, since "exclude" names them: ${excluded.map(([name]) => name).join(', ')}. Each side keeps its own.`,
        );
      // The working copy alone proves nothing: it was made without these tables.
      const unknown = sawRemote ? unmatched([...owners.keys()], exclude) : [];
      if (unknown.length > 0)
        warn(`No table or view on either side matches this part of "exclude": ${unknown.join(', ')}.`);
    },
  };
}
