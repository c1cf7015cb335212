import { isActiveOwner } from '../../convex/model/lastOwner';
import { tokenScopes } from '../../src/shared/api-tokens';
import { eventually } from '../fixtures/convex-servers/world';
import { knock } from './doors';
import { callAsOperator, newToken, type Row, rowsOf } from './hostile-world';
import { HttpSession } from './http-session';
import { random } from './random';
import { rollcall } from './rollcall-command';
import type { World } from './stack-world';

/*
 * Attempts to leave nobody in charge, made at the same time through every real door of a running
 * stack, while somebody keeps counting.
 */

interface Owner {
  email: string;
  password: string;
  /** Clerk id. */
  id: string;
  rowId: string;
  session: HttpSession;
  token: string;
}

/** What an attempt ended with: a code of ours, or `done`. */
type Outcome = string;

type Attempt = (by: Owner, target: Owner) => Promise<Outcome>;

const outcomeOf = (text: string): Outcome => /"code":\s*"([A-Z_]+)"/.exec(text)?.[1] ?? 'done';

function isOwnerRow(row: Row): boolean {
  // The product's own definition, on a row as it is stored.
  return isActiveOwner(row as unknown as Parameters<typeof isActiveOwner>[0]);
}

export class LastOwnerDoors {
  private readonly chance: () => number;
  private owners: Owner[] = [];
  readonly outcomes = new Map<string, number>();
  /** The fewest active superadmins that were ever counted, and how often was counted. */
  counted = { fewest: Number.POSITIVE_INFINITY, times: 0 };

  constructor(
    private readonly world: World,
    seed: number,
  ) {
    this.chance = random(seed);
  }

  /** Three superadmins with a session and a token each. */
  async appoint(): Promise<void> {
    const password = 'rollcall-demo';
    for (const name of ['uno', 'due', 'tre']) {
      const email = `${name}@owners.test`;
      const { id } = await this.world.clerk.createUser({
        email,
        password,
        firstName: name,
        publicMetadata: { role: 'superadmin' },
      });
      const rowId = await eventually(async () => (await this.row(id))?._id, `${name} has a row`);
      const session = await HttpSession.open(this.world, { email, password });
      await this.store(session);
      const token = await newToken(this.world, session, tokenScopes);
      this.owners.push({ email, password, id, rowId, session, token });
    }
    // From now on these three only: nobody else stands in for them.
    for (const row of (await rowsOf(this.world, 'users')).filter(isOwnerRow)) {
      if (this.owners.some(({ rowId }) => rowId === row._id)) continue;
      await this.operator('admin:setRole', { idOrEmail: row._id, role: 'admin' });
    }
  }

  private async row(id: string): Promise<Row | undefined> {
    return (await rowsOf(this.world, 'users')).find(({ externalId }) => externalId === id);
  }

  private operator(path: string, args: object): Promise<unknown> {
    return callAsOperator(this.world, 'mutation', path, args);
  }

  private async store(session: HttpSession): Promise<void> {
    const outcome = await this.trpc(session, 'users.store', {});
    if (outcome !== 'done') throw new Error(`users.store answered ${outcome}`);
  }

  private async trpc(session: HttpSession, name: string, json: object): Promise<Outcome> {
    const { body } = await knock(`${this.world.webUrl}/api/trpc/${name}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await session.bearer()}`,
      },
      body: JSON.stringify({ json: name === 'users.store' ? undefined : json }),
    });
    return /"error":\{"json"/.test(body)
      ? outcomeOf(body.slice(body.indexOf('"error":{"code"')))
      : 'done';
  }

  private async rest(token: string, method: string, path: string, json?: object): Promise<Outcome> {
    const { status, body } = await knock(`${this.world.webUrl}/api/v1/admin/users/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(method !== 'DELETE' && { 'content-type': 'application/json' }),
      },
      ...(method !== 'DELETE' && { body: JSON.stringify(json ?? {}) }),
    });
    return status < 400 ? 'done' : outcomeOf(body);
  }

  private async commandLine(...args: string[]): Promise<Outcome> {
    const { code, out } = await rollcall(this.world, ...args, '--json');
    return code === 0 ? 'done' : outcomeOf(out);
  }

  private bulk(by: Owner, target: Owner, action: object): Promise<Outcome> {
    const selection = { kind: 'ids', ids: [target.rowId] };
    return this.trpc(by.session, 'bulk.start', { action, selection });
  }

  private async inClerk(edit: Promise<unknown>): Promise<Outcome> {
    return await edit.then(
      () => 'done',
      () => 'refused by Clerk',
    );
  }

  /** Every door through which an active superadmin can stop being one. */
  readonly paths: Record<string, Attempt> = {
    'tRPC: role': (by, { rowId }) =>
      this.trpc(by.session, 'users.setRole', { userId: rowId, role: 'staff' }),
    'tRPC: deactivate': (by, { rowId }) =>
      this.trpc(by.session, 'users.deactivate', { userId: rowId }),
    'tRPC: bulk role': (by, target) => this.bulk(by, target, { kind: 'role', role: 'admin' }),
    'tRPC: bulk deactivate': (by, target) => this.bulk(by, target, { kind: 'deactivate' }),
    'REST: role': ({ token }, { id }) => this.rest(token, 'PATCH', id, { role: 'admin' }),
    'REST: deactivate': ({ token }, { id }) => this.rest(token, 'POST', `${id}/deactivate`),
    'operator: role': (_, { id }) =>
      this.byOperator('admin:setRole', { idOrEmail: id, role: 'staff' }),
    'operator: deactivate': (_, { id }) => this.byOperator('admin:deactivate', { idOrEmail: id }),
    'Clerk: role': (_, { id }) =>
      this.inClerk(this.world.clerk.mergeMetadata(id, { public_metadata: { role: 'staff' } })),
    'Clerk: role taken away': (_, { id }) =>
      this.inClerk(this.world.clerk.mergeMetadata(id, { public_metadata: { role: null } })),
  };

  private async byOperator(path: string, args: object): Promise<Outcome> {
    return await this.operator(path, args).then(
      () => 'done',
      (error: unknown) => outcomeOf(String(error)),
    );
  }

  private pick<T>(all: readonly T[]): T {
    const one = all[Math.floor(this.chance() * all.length)];
    if (one === undefined) throw new Error('nothing to choose from');
    return one;
  }

  private async attempt(name: string, attempt: () => Promise<Outcome>): Promise<void> {
    const outcome = await attempt();
    const key = `${name}: ${outcome}`;
    this.outcomes.set(key, (this.outcomes.get(key) ?? 0) + 1);
  }

  /** One owner after the other by each of these doors, the last of three by the operator. */
  async oneByOne(names: readonly string[]): Promise<Map<string, Outcome>> {
    const made = new Map<string, Outcome>();
    for (const name of names) {
      const [by, target] = this.owners;
      const path = this.paths[name];
      if (by === undefined || target === undefined || path === undefined) throw new Error(name);
      made.set(name, await path(by, target));
      await this.restore();
    }
    for (const { id } of this.owners) {
      made.set('last', await this.byOperator('admin:setRole', { idOrEmail: id, role: 'staff' }));
    }
    await this.restore();
    return made;
  }

  /** So many attempts at once, each by and against a random owner; one or two by the command line. */
  async storm(attempts: number): Promise<void> {
    const all = Object.entries(this.paths);
    const storm = Array.from({ length: attempts }, () => {
      const [name, path] = this.pick(all);
      const [by, target] = [this.pick(this.owners), this.pick(this.owners)];
      return this.attempt(name, () => path(by, target));
    });
    const { email } = this.pick(this.owners);
    const commands = [
      ['users', 'set-role', email, 'staff'],
      ['users', 'deactivate', email],
    ];
    const command = this.pick(commands);
    storm.push(this.attempt('CLI', () => this.commandLine(...command)));
    await this.whileCounting(Promise.all(storm));
  }

  private async whileCounting(work: Promise<unknown>): Promise<void> {
    let over = false;
    const counting = (async () => {
      while (!over) {
        const active = (await rowsOf(this.world, 'users')).filter(isOwnerRow).length;
        this.counted.fewest = Math.min(this.counted.fewest, active);
        this.counted.times += 1;
      }
    })();
    await work.finally(() => (over = true));
    await counting;
  }

  /** Puts the three in charge again, with a session and a token that nobody has refused yet. */
  async restore(): Promise<void> {
    const whole = async () => {
      const rows = await rowsOf(this.world, 'users');
      const lost = this.owners.filter(
        ({ rowId }) => !rows.some((row) => row._id === rowId && isOwnerRow(row)),
      );
      for (const { id } of lost) {
        await this.byOperator('admin:reactivate', { idOrEmail: id });
        await this.byOperator('admin:setRole', { idOrEmail: id, role: 'superadmin' });
      }
      if (lost.length > 0) return false;
      // What was on its way during the storm may still come, and take somebody's place away again.
      return await Promise.all(this.owners.map((owner) => this.equip(owner))).then(
        () => true,
        () => false,
      );
    };
    await this.whileCounting(eventually(whole, 'all three are superadmins again'));
  }

  /** A deactivation ends the sessions in Clerk; the server remembers refused tokens for seconds. */
  private async equip(owner: Owner): Promise<void> {
    owner.session = await HttpSession.open(this.world, owner);
    owner.token = await newToken(this.world, owner.session, tokenScopes);
  }
}
