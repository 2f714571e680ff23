import { element, grouped } from './elements';
import { shown } from '../../shown';

/** An entry of the tree. Its children are made on first opening. */
export interface Entry {
  readonly id: string;
  readonly label: string;
  readonly count: number | null;
  readonly children: () => readonly Entry[];
  readonly hasChildren: boolean;
}

/** The tree of a report's contents. */
export interface Tree {
  readonly element: HTMLElement;
  /** Marks an entry as the current one. */
  select(id: string): void;
  setCount(id: string, count: number | null): void;
}

/** Makes a tree for mouse and keyboard, as in https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ */
export function createTree(entries: readonly Entry[], choose: (id: string) => void): Tree {
  const counts = new Map<string, HTMLElement>();
  const items = new Map<string, HTMLElement>();
  const tree = element('ul', { role: 'tree', 'aria-label': 'Content' });

  const itemOf = (entry: Entry, level: number): HTMLElement => {
    const count = element('span', { class: 'count' }, entry.count === null ? '' : grouped(entry.count));
    const twist = element('span', { class: 'twist', 'aria-hidden': 'true' }, entry.hasChildren ? '▸' : '');
    const line = element(
      'div',
      { class: 'entry' },
      twist,
      element('bdi', { class: 'label' }, shown(entry.label)),
      count,
    );
    const item = element(
      'li',
      { role: 'treeitem', tabindex: -1, 'aria-level': level, 'aria-selected': 'false' },
      line,
    );
    if (entry.hasChildren) item.setAttribute('aria-expanded', 'false');
    item.dataset['id'] = entry.id;
    counts.set(entry.id, count);
    items.set(entry.id, item);
    line.addEventListener('click', () => {
      focus(item);
      choose(entry.id);
    });
    twist.addEventListener('click', (event) => {
      if (!entry.hasChildren) return;
      event.stopPropagation();
      toggle(item, entry, item.getAttribute('aria-expanded') !== 'true');
    });
    item.addEventListener('keydown', (event) => {
      if (event.target !== item) return;
      const isOpen = item.getAttribute('aria-expanded') === 'true';
      if (event.key === 'Enter' || event.key === ' ') choose(entry.id);
      else if (event.key === 'ArrowRight' && entry.hasChildren && !isOpen) toggle(item, entry, true);
      else if (event.key === 'ArrowRight' && isOpen) move(item, 1);
      else if (event.key === 'ArrowLeft' && isOpen) toggle(item, entry, false);
      else if (event.key === 'ArrowLeft')
        focus(item.parentElement?.closest<HTMLElement>('[role=treeitem]') ?? item);
      else if (event.key === 'ArrowDown') move(item, 1);
      else if (event.key === 'ArrowUp') move(item, -1);
      else if (event.key === 'Home') focus(visible()[0] ?? item);
      else if (event.key === 'End') focus(visible().at(-1) ?? item);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return item;
  };

  const toggle = (item: HTMLElement, entry: Entry, open: boolean): void => {
    item.setAttribute('aria-expanded', String(open));
    const group = item.querySelector<HTMLElement>(':scope > [role=group]');
    if (group === null && open) {
      const level = Number(item.getAttribute('aria-level')) + 1;
      item.append(element('ul', { role: 'group' }, ...entry.children().map((child) => itemOf(child, level))));
    } else if (group !== null) group.hidden = !open;
  };
  const visible = (): HTMLElement[] =>
    [...tree.querySelectorAll<HTMLElement>('[role=treeitem]')].filter(
      (item) => item.closest('[hidden]') === null,
    );
  const move = (item: HTMLElement, by: number): void => {
    const list = visible();
    focus(list[list.indexOf(item) + by] ?? item);
  };
  const focus = (item: HTMLElement): void => {
    for (const other of tree.querySelectorAll('[tabindex="0"]')) other.setAttribute('tabindex', '-1');
    item.tabIndex = 0;
    item.focus();
  };

  tree.append(...entries.map((entry) => itemOf(entry, 1)));
  tree.querySelector('[role=treeitem]')?.setAttribute('tabindex', '0');
  return {
    element: tree,
    select(id) {
      for (const item of items.values())
        item.setAttribute('aria-selected', String(item.dataset['id'] === id));
    },
    setCount(id, count) {
      const shownCount = counts.get(id);
      if (shownCount !== undefined) shownCount.textContent = count === null ? '' : grouped(count);
    },
  };
}
