import { InvalidArgumentError } from 'commander';

/** Reads an option's value as a whole number of 1 and more. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It has to be a whole number of 1 and more.');
  return Number(text);
}
