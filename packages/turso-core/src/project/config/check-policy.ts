import { TursoSyncError } from '../../errors';
import { ALLOW_NAMES, RULE_KINDS } from '../../policy/policy';
import { isObject, unknownKey, wrongType } from './config-errors';

type RuleKind = (typeof RULE_KINDS)[keyof typeof RULE_KINDS];

/** Checks the policy of a config; `at` is its path there. Throws CONFIG_INVALID with the rule's name. */
export function checkPolicy(value: unknown, file: string, at: string): void {
  if (!isObject(value)) throw wrongType(file, at, 'an object of rules', value);
  for (const [rule, setting] of Object.entries(value)) {
    const path = `${at}.${rule}`;
    if (rule === 'allow') checkAllow(setting, file, path);
    else if (Object.hasOwn(RULE_KINDS, rule))
      checkRule(RULE_KINDS[rule as keyof typeof RULE_KINDS], setting, file, path);
    else throw unknownRule(file, at, rule);
  }
}

function unknownRule(file: string, at: string, rule: string): TursoSyncError {
  const error = unknownKey(file, `${at}.${rule}`, rule, [...Object.keys(RULE_KINDS), 'allow']);
  if (!(ALLOW_NAMES as readonly string[]).includes(rule)) return error;
  return new TursoSyncError(error.code, error.message, { hint: `Move "${rule}" into "${at}.allow".` });
}

function checkAllow(value: unknown, file: string, at: string): void {
  if (!isObject(value)) throw wrongType(file, at, 'an object', value);
  for (const [kind, isAllowed] of Object.entries(value)) {
    if (!(ALLOW_NAMES as readonly string[]).includes(kind))
      throw unknownKey(file, `${at}.${kind}`, kind, ALLOW_NAMES);
    if (typeof isAllowed !== 'boolean') throw wrongType(file, `${at}.${kind}`, 'true or false', isAllowed);
  }
}

function checkRule(kind: RuleKind, value: unknown, file: string, path: string): void {
  switch (kind) {
    case 'count':
      if (value === null || (Number.isSafeInteger(value) && (value as number) >= 0)) return;
      throw wrongType(file, path, 'a whole number of 0 and more, or null', value);
    case 'percent':
      if (value === null || (typeof value === 'number' && value >= 0 && value <= 100)) return;
      throw wrongType(file, path, 'a number from 0 to 100, or null', value);
    case 'boolean':
      if (typeof value === 'boolean') return;
      throw wrongType(file, path, 'true or false', value);
    case 'names':
      checkList(value, file, path, { wanted: 'the name of a table', pattern: /^[^]+$/ });
      return;
    case 'columns':
      checkList(value, file, path, {
        wanted: 'a table and a column, such as "people.mail"',
        pattern: /^[^]+\.[^]+$/,
      });
  }
}

function checkList(
  value: unknown,
  file: string,
  path: string,
  { wanted, pattern }: { readonly wanted: string; readonly pattern: RegExp },
): void {
  if (!Array.isArray(value)) throw wrongType(file, path, 'a list', value);
  value.forEach((item: unknown, i) => {
    if (typeof item === 'string' && item.includes('\0'))
      throw wrongType(file, `${path}[${i}]`, 'a string without NUL', item);
    if (typeof item !== 'string' || !pattern.test(item)) throw wrongType(file, `${path}[${i}]`, wanted, item);
  });
}
