/** A text of limited length that is filled piece by piece. */
export interface Sheet {
  /**
   * Adds items below a head, as many as fit into the text, or into `room` characters. If none fits, nothing is added. Returns how
   * many were left out.
   */
  add(head: string, items: readonly string[], room?: number): number;
  readonly text: string;
}

/** Makes an empty sheet of so many characters. */
export function createSheet(length: number): Sheet {
  let text = '';
  return {
    add(head, items, room = Infinity) {
      const end = Math.min(length, text.length + room);
      let added = head;
      let count = 0;
      for (const item of items) {
        if (text.length + added.length + item.length > end) break;
        added += item;
        count++;
      }
      if (count > 0) text += added;
      return items.length - count;
    },
    get text() {
      return text;
    },
  };
}
