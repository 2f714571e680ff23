import { createHash } from 'node:crypto';
import { shown, shownJson } from '../shown';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text in HTML, also in a quoted attribute. */
export function htmlText(text: string): string {
  return shown(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/**
 * Data as an element that the page's script reads. Nothing in it can end the element, since `<` is escaped, as
 * is what cannot be seen.
 */
export function dataElement(data: unknown): string {
  return `<script type="application/json">${shownJson(data).replaceAll('<', '\\u003c')}</script>\n`;
}

/** The source of a script or a style for a Content-Security-Policy. */
export function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
