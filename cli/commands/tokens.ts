import { createHash, randomBytes, randomInt } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  formatApiToken,
  generateSigningKey,
  tokenDaysMax,
  tokenScopes,
} from '../../src/shared/api-tokens';
import { jsonOption, type Run } from '../command';
import { addPaging } from '../limit-option';
import { apiToken, askPage, command, type PageOptions } from '../operator-api';
import { printable, table, when } from '../output';

function days(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= tokenDaysMax) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${tokenDaysMax}.`);
}

function addList(tokens: Command, run: Run): void {
  addPaging(tokens.command('list').description('API tokens, newest first'), 'tokens')
    .option(...jsonOption)
    .action((options: PageOptions & { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const { json, ...page } = options;
        const now = Date.now();
        const found = await askPage(convex(), apiToken, 'adminTokens:list', { ...page, now });
        if (json) {
          output.json(found);
          return 0;
        }
        const rows = found.items.map((token) => [
          token.tokenId,
          token.name,
          token.state,
          token.createdBy.email ?? token.createdBy.name,
          when(token.expiresAt),
          when(token.lastUsedAt),
        ]);
        const header = ['ID', 'NAME', 'STATE', 'ACTS AS', 'EXPIRES', 'LAST USED'];
        output.line(rows.length === 0 ? 'No tokens.' : table(header, rows));
        if (found.cursor !== null) output.line(`\nMore: --cursor '${found.cursor}'`);
        return 0;
      }),
    );
}

interface CreateOptions {
  as: string;
  scope: string[];
  name: string;
  days: number;
  json?: boolean;
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

function addCreate(tokens: Command, run: Run): void {
  tokens
    .command('create')
    .description('makes an API token and shows it, once')
    .requiredOption('--as <id-or-email>', 'the person whom it acts as')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(
      new Option('--scope <permissions...>', 'what it may do')
        .choices(tokenScopes)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--days <n>', 'days until it expires').argParser(days).default(90))
    .option(...jsonOption)
    .action((options: CreateOptions) =>
      run(options, async ({ convex, output }) => {
        const tokenId = Array.from({ length: 16 }, () => alphabet[randomInt(36)]).join('');
        const secret = randomBytes(32).toString('base64url');
        const details = await command(convex(), apiToken, 'adminTokens:create', {
          actsAs: options.as,
          tokenId,
          // The secret itself never leaves this process but to the person in front of it.
          secretHash: createHash('sha256').update(secret).digest('hex'),
          name: options.name,
          scopes: options.scope,
          expiresInDays: options.days,
        });
        const token = formatApiToken({ tokenId, secret });
        if (options.json) output.json({ token, details });
        else {
          output.line(token);
          output.line(`\nShown this once. Good until ${when(details.expiresAt)}.`);
        }
        return 0;
      }),
    );
}

function addRevoke(tokens: Command, run: Run): void {
  tokens
    .command('revoke')
    .description('ends an API token at once')
    .argument('<token-id>', 'its id: the part between the underscores')
    .option(...jsonOption)
    .action((tokenId: string, options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const token = await command(convex(), apiToken, 'adminTokens:revoke', { tokenId });
        if (options.json) output.json(token);
        else output.line(`${printable(token.name)} is ${token.state}.`);
        return 0;
      }),
    );
}

function addNewKey(tokens: Command, run: Run): void {
  tokens
    .command('new-key')
    .description('makes a value for API_TOKEN_SIGNING_KEY of the Convex deployment')
    .option(...jsonOption)
    .action((options: { json?: boolean }) =>
      run(options, async ({ output }) => {
        const key = await generateSigningKey();
        if (options.json) output.json({ API_TOKEN_SIGNING_KEY: key });
        else output.line(`npx convex env set API_TOKEN_SIGNING_KEY ${key}`);
        return 0;
      }),
    );
}

export function addTokens(program: Command, run: Run): void {
  const tokens = program.command('tokens').description('API tokens for /api/v1');
  addList(tokens, run);
  addCreate(tokens, run);
  addRevoke(tokens, run);
  addNewKey(tokens, run);
}
