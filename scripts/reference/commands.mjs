import { createRequire } from 'node:module';
import { Command } from 'commander';
import { code, GENERATED, plain, sentence, table } from './table.mjs';

const require = createRequire(import.meta.url);

/** Each subcommand, with its options, exit codes and examples, from what `--help` knows. */
export function commandsPage() {
  const { ALIASES, COMMANDS } = require('../../packages/turso-core/dist/cli/commands.js');
  const { withCommonOptions } = require('../../packages/turso-core/dist/cli/common-options.js');
  const sections = Object.entries(COMMANDS).map(([name, load]) => {
    const [command] = load();
    const aliases = Object.entries(ALIASES).flatMap(([alias, of]) => (of === name ? [code(alias)] : []));
    const alias = aliases.length === 0 ? '' : ` Also: ${aliases.join(', ')}.`;
    const usage = ['turso-sync', name, ...command.registeredArguments.map(argument), '[options]'].join(' ');
    return [
      `## ${name}`,
      plain(sentence(command.description())) + alias,
      fence(usage),
      optionTable(command.options),
      after(command),
    ].join('\n\n');
  });
  return `# Commands

${GENERATED}

\`turso-sync <command> [options]\`. Every command has these options too:

${optionTable(withCommonOptions(new Command()).options)}

${sections.join('\n\n')}
`;
}

function argument({ _name: name, required }) {
  return required ? `<${name}>` : `[${name}]`;
}

function optionTable(options) {
  const shown = options.filter(({ hidden }) => !hidden);
  const rows = shown.map(({ flags, description, defaultValue, argChoices }) => [
    code(flags),
    sentence(description) + (argChoices === undefined ? '' : ` One of ${argChoices.map(code).join(', ')}.`),
    code(defaultValue),
  ]);
  return rows.length === 0 ? '' : table(['Option', 'What it does', 'Default'], rows);
}

/** Exit codes and examples, which follow the options in the help. */
function after(command) {
  let text = '';
  command.configureOutput({ writeOut: (some) => (text += some) });
  command.outputHelp();
  const rest = text.slice(text.indexOf(command.helpInformation()) + command.helpInformation().length).trim();
  const [, exits] = /^Exit codes: ([^]*?)$/m.exec(rest) ?? [];
  const [, examples] = /^Examples?:\n([^]*)$/m.exec(rest) ?? [];
  const others = rest
    .replace(/^Exit codes: .*$/m, '')
    .replace(/^Examples?:\n[^]*$/m, '')
    .trim();
  return [
    others,
    exits === undefined ? '' : `Exit codes: ${exits}`,
    examples === undefined ? '' : fence(examples.replace(/^ {2}/gm, '').trimEnd()),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function fence(text) {
  return `\`\`\`sh\n${text}\n\`\`\``;
}
