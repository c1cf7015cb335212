import schema from '../../convex/schema';
import { tokenScopes } from '../../src/shared/api-tokens';
import { isErrorBody } from '../../src/shared/error-codes';
import { eventually } from '../fixtures/convex-servers/world';
import { type DoorAnswer, type DoorRequest, knock } from './doors';
import { leakIn } from './hostile';
import { HttpSession } from './http-session';
import { startStack, type World } from './stack-world';

/** About deliveries and the doors themselves, written by refusals too; and what crons did last. */
const tallies = ['deliveries', 'deliveryPayloads', 'webhookHealth', 'schedules'];

export type Row = Record<string, unknown> & { _id: string };

export const jsonOf = (text: string): unknown => JSON.parse(text) as unknown;

/** One line of evidence for a failure. */
export function evidenceOf(what: unknown, { status, body }: DoorAnswer): string {
  return `${(JSON.stringify(what) ?? 'nothing').slice(0, 2_000)} -> ${status} ${body.slice(0, 500)}`;
}

/** An assertion inside a property, with the request and its answer as evidence. */
export function must(holds: boolean, what: string, evidence: string): void {
  if (!holds) throw new Error(`${what}: ${evidence}`);
}

/** A refusal as every client can read it: a code of the list, and words that say more than that. */
export function mustBeCoded(body: unknown, evidence: string): void {
  if (!isErrorBody(body)) throw new Error(`no coded refusal: ${evidence}`);
  const { code, message, field } = body;
  must(message.length > 10, 'a refusal says what is wrong', evidence);
  // Of malformed input the field, or at least what is wrong with the whole of it.
  const saysMore = field !== undefined || message !== 'The request is not valid.';
  must(code !== 'INVALID_INPUT' || saysMore, 'malformed input is named', evidence);
}

export type Tables = Record<string, Row[]>;

/** When somebody was here last is not what anybody wanted to change. */
const withoutVisits = ({ lastUsedAt: _used, lastLoginAt: _login, ...row }: Row) => row as Row;

/** Every row that is new, gone or different, with its table: for people who read a failure. */
export function changesBetween(before: Tables, after: Tables): string[] {
  return Object.keys(after).flatMap((table) => {
    const texts = (rows: Row[] = []) => rows.map((row) => `${table} ${JSON.stringify(row)}`);
    const [was, is] = [new Set(texts(before[table])), new Set(texts(after[table]))];
    const gone = [...was].filter((row) => !is.has(row)).map((row) => `- ${row}`);
    const come = [...is].filter((row) => !was.has(row)).map((row) => `+ ${row}`);
    return [...gone, ...come].map((line) => line.slice(0, 1_000));
  });
}

/** The built product with two people signed in and their tokens, and all that is in its tables. */
export class HostileWorld {
  readonly stack: World;
  readonly boss: HttpSession;
  readonly staff: HttpSession;
  /** Several for the boss: one is not allowed as many requests as are made. */
  readonly tokens: { boss: string[]; staff: string };
  /** Ids of real rows, of several tables, and of Clerk. */
  readonly ids: string[];
  private readonly secrets: string[];

  private constructor(parts: Pick<HostileWorld, 'stack' | 'boss' | 'staff' | 'tokens' | 'ids'>) {
    this.stack = parts.stack;
    this.boss = parts.boss;
    this.staff = parts.staff;
    this.tokens = parts.tokens;
    this.ids = parts.ids;
    this.secrets = secretsOf(parts.stack);
  }

  static async start(): Promise<HostileWorld> {
    const stack = await startStack();
    const person = (role: string) => {
      const found = stack.demo.find((each) => each.role === role);
      if (found === undefined) throw new Error(`there is no demo ${role}`);
      return HttpSession.open(stack, found);
    };
    const [boss, staff] = [await person('superadmin'), await person('staff')];
    // The first page records the sign-in.
    for (const each of [boss, staff]) await openPage(stack, each, '/dashboard');
    await firstSyncOver(stack);
    const tokens = { boss: [] as string[], staff: await newToken(stack, boss, ['directory:read']) };
    for (let i = 0; i < 3; i++) tokens.boss.push(await newToken(stack, boss, tokenScopes));
    const tables = ['users', 'syncRuns', 'deliveries', 'apiTokens'];
    const rows = (await Promise.all(tables.map((table) => rowsOf(stack, table)))).flat();
    const ids = rows.flatMap(({ _id, externalId }) =>
      typeof externalId === 'string' ? [_id, externalId] : [_id],
    );
    return new HostileWorld({ stack, boss, staff, tokens, ids });
  }

  /** Every row, table by table, but for what is written down about requests as such. */
  async everything(): Promise<Tables> {
    const tables = Object.keys(schema.tables).filter((table) => !tallies.includes(table));
    const all = tables.map(async (table) => {
      const rows = await rowsOf(this.stack, table);
      return [table, rows.map(withoutVisits)] as const;
    });
    return Object.fromEntries(await Promise.all(all));
  }

  rowsOf(table: string): Promise<Row[]> {
    return rowsOf(this.stack, table);
  }

  operator(kind: 'query' | 'mutation', path: string, args: object): Promise<unknown> {
    return callAsOperator(this.stack, kind, path, args);
  }

  page(who: HttpSession, path: string): Promise<DoorAnswer> {
    return openPage(this.stack, who, path);
  }

  /** Asks, waits where it is told to, and looks for what no answer may be or hold. */
  async ask(url: string, request: DoorRequest = {}): Promise<DoorAnswer> {
    for (let again = 0; ; again += 1) {
      const answer = this.checked(await knock(url, request), { url, ...request });
      if (answer.status !== 429 || again === 5) return answer;
      const seconds = Number(answer.headers['retry-after'] ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    }
  }

  checked(answer: DoorAnswer, what: unknown): DoorAnswer {
    const evidence = evidenceOf(what, answer);
    must(answer.status > 0 && answer.status < 500, 'no 5xx for bad input', evidence);
    const text = `${answer.body}\n${JSON.stringify(answer.headers)}`;
    must(leakIn(text) === undefined, `nothing leaks (${leakIn(text)})`, evidence);
    must(!this.secrets.some((secret) => text.includes(secret)), 'no secret leaks', evidence);
    return answer;
  }
}

/** Every value of the environment that is a secret, and where we are on this machine. */
function secretsOf({ env, dataDir }: World): string[] {
  const names = Object.keys(env).filter((name) => /KEY|SECRET/.test(name));
  const values = names
    .filter((name) => name !== 'CLERK_PUBLISHABLE_KEY')
    .map((name) => env[name] ?? '');
  return [...values, dataDir, process.cwd()].filter((text) => text.length > 8);
}

/** Calls a function as the operator of the deployment, as the command lines do. */
export async function callAsOperator<T>(
  { convexUrl, env }: World,
  kind: 'query' | 'mutation',
  path: string,
  args: object,
): Promise<T> {
  const { body } = await knock(`${convexUrl}/api/${kind}`, {
    method: 'POST',
    headers: {
      authorization: `Convex ${env.CONVEX_SELF_HOSTED_ADMIN_KEY}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ path, args, format: 'json' }),
  });
  // The shapes are the functions' own.
  const answer = jsonOf(body) as { status: string; value: T };
  if (answer.status !== 'success') throw new Error(`${path}: ${body}`);
  return answer.value;
}

interface PageOfRows {
  page: Row[];
  isDone: boolean;
  continueCursor: string;
}

/** The first synchronisation starts by itself; until it is over, there can be no other. */
export async function firstSyncOver(world: World): Promise<void> {
  await eventually(
    async () => (await rowsOf(world, 'syncRuns')).at(-1)?.status === 'completed',
    'the first synchronisation is over',
  );
}

/** The rows of a table, as Convex's own command line asks for them: by pages. */
export async function rowsOf(world: World, table: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = null; ;) {
    const args = { table, order: 'asc', paginationOpts: { numItems: 1_000, cursor } };
    const read: PageOfRows = await callAsOperator(world, 'query', '_system/cli/tableData', args);
    rows.push(...read.page);
    if (read.isDone) return rows;
    cursor = read.continueCursor;
  }
}

async function openPage({ webUrl }: World, who: HttpSession, path: string): Promise<DoorAnswer> {
  const cookie = await who.cookie();
  const headers = { accept: 'text/html', cookie, 'sec-fetch-dest': 'document' };
  return await knock(`${webUrl}${path}`, { headers });
}

export async function newToken(
  { webUrl }: World,
  boss: HttpSession,
  scopes: readonly string[],
): Promise<string> {
  const answer = await knock(`${webUrl}/api/trpc/tokens.create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await boss.bearer()}` },
    body: JSON.stringify({ json: { name: 'hostile', scopes, expiresInDays: 1 } }),
  });
  const token = /rc_[0-9a-z]+_[\w-]+/.exec(answer.body)?.[0];
  if (token === undefined) throw new Error(`no token: ${answer.status} ${answer.body}`);
  return token;
}
