import { createHash } from 'node:crypto';
import { shown, shownJson } from '../shown';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes a text for HTML, including quoted attributes. */
export function htmlText(text: string): string {
  return shown(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/**
 * Returns data as an element for the page's script. Nothing in it can end the element: `<` and invisible characters are
 * escaped.
 */
export function dataElement(data: unknown): string {
  return `<script type="application/json">${shownJson(data).replaceAll('<', '\\u003c')}</script>\n`;
}

/** Returns the source of a script or a style for a Content-Security-Policy. */
export function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
