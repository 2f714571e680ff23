// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createGenerator } = require('ts-json-schema-generator');

/**
 * The JSON Schemas of `schemas/`, made of the types of what is written and printed: by name, as text. A test fails if the files
 * differ; `node packages/turso-core/schemas.js` writes them.
 *
 * @returns {Map<string, string>}
 */
function makeSchemas() {
  const generator = createGenerator({
    path: path.join(__dirname, 'src/cli/printed.ts'),
    tsconfig: path.join(__dirname, 'tsconfig.json'),
    topRef: false,
    functions: 'hide',
    // The build has checked them.
    skipTypeCheck: true,
    // With true, the generator takes inherited keys for unknown ones. `forbidsMore` allows more keys.
    additionalProperties: false,
  });
  const { properties = {}, definitions = {} } = generator.createSchema('Documents');
  const entries = Object.entries(properties).map(([name, schema]) => [
    name,
    schemaText(name, schema, definitions),
  ]);
  return new Map(/** @type {[string, string][]} */ (entries));
}

const TITLES = {
  plan: 'A plan: changes.json, diff --save, and the record of a push',
  conflicts: 'conflicts.json',
  usage: 'What --json prints if no subcommand could be made out',
};

function schemaText(name, schema, definitions) {
  const known = used(schema, definitions);
  const names = shortNames([...known.keys()]);
  const named = [...known].map(([long, definition]) => [names.get(long), definition]);
  const whole = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: TITLES[name] ?? `What turso-sync ${name} --json prints`,
    ...schema,
    $defs: Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return `${JSON.stringify(to2020(whole, names), null, 2)}\n`;
}

/** The definitions that a schema refers to, by their names. */
function used(schema, definitions) {
  const found = new Map();
  const add = (part) => {
    for (const [reference] of JSON.stringify(part).matchAll(/#\/definitions\/[^"]+/g)) {
      const name = nameIn(reference);
      if (found.has(name)) continue;
      found.set(name, definitions[name]);
      add(definitions[name]);
    }
  };
  add(schema);
  return found;
}

function nameIn(reference) {
  return decodeURIComponent(reference.slice('#/definitions/'.length));
}

/** Names without arguments of generic types. Of several with the same name, the later ones get numbers. */
function shortNames(names) {
  const taken = new Map();
  for (const name of names) {
    const short = name.replace(/<.*>$/, '');
    const isTaken = (candidate) => [...taken.values()].includes(candidate);
    let free = short;
    for (let i = 2; isTaken(free); i++) free = `${short}${i}`;
    taken.set(name, free);
  }
  return taken;
}

/** What the generator writes for draft 7, in the words of draft 2020-12. All numbers of ours are integers. */
function to2020(part, names) {
  if (Array.isArray(part)) return part.map((item) => to2020(item, names));
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).filter(([key, value]) => !forbidsMore(key, value));
  return Object.fromEntries(entries.map(([key, value]) => keyword(key, value, names)));
}

/** New keys may be added within a version, so no schema forbids them. */
function forbidsMore(key, value) {
  return key === 'additionalProperties' && value === false;
}

function keyword(key, value, names) {
  if (key === '$ref') return [key, `#/$defs/${names.get(nameIn(value))}`];
  if (key === 'type') return [key, [value].flat().length > 1 ? value.map(integer) : integer(value)];
  if (key === 'items' && Array.isArray(value)) return ['prefixItems', to2020(value, names)];
  const isByName = key === 'properties' || key === '$defs';
  return [key, isByName ? mapValues(value, (inner) => to2020(inner, names)) : to2020(value, names)];
}

function integer(type) {
  return type === 'number' ? 'integer' : type;
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

module.exports = { makeSchemas };

if (require.main === module) {
  const directory = path.join(__dirname, 'schemas');
  fs.mkdirSync(directory, { recursive: true });
  for (const [name, text] of makeSchemas()) fs.writeFileSync(path.join(directory, `${name}.json`), text);
}
