/** A text of limited length, filled piece by piece. */
export interface Sheet {
  /**
   * Adds items below a head, as many as fit into the text, or into `room` if given. If none fits, adds nothing. Returns
   * how many were left out.
   */
  add(head: string, items: readonly string[], room?: number): number;
  readonly text: string;
}

/** Makes an empty sheet. Its length and `room` are in the unit of `sizeOf`. Default is characters. */
export function createSheet(length: number, sizeOf = (text: string): number => text.length): Sheet {
  let text = '';
  let used = 0;
  return {
    add(head, items, room = Infinity) {
      const end = Math.min(length, used + room);
      let [added, size] = [head, sizeOf(head)];
      let count = 0;
      for (const item of items) {
        const more = sizeOf(item);
        if (used + size + more > end) break;
        added += item;
        size += more;
        count++;
      }
      if (count > 0) [text, used] = [text + added, used + size];
      return items.length - count;
    },
    get text() {
      return text;
    },
  };
}
