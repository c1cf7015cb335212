import { InvalidArgumentError, Option, type Command } from 'commander';

/** One page of the deployment's own bound. */
const limitMax = 100;

function limit(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= limitMax) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${limitMax}.`);
}

/** `--limit` and `--cursor` of a list. */
export function addPaging(command: Command, what: string, perPage = 50): Command {
  return command
    .addOption(new Option('--limit <n>', `${what} per page`).argParser(limit).default(perPage))
    .option('--cursor <cursor>', 'the page after this cursor');
}
