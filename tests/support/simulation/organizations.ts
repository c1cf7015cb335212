import assert from 'node:assert/strict';
import type { Doc } from '../../../convex/_generated/dataModel';
import { canonicalJson } from '../../../convex/model/canonicalJson';
import {
  parseClerkMembership,
  parseClerkOrganization,
} from '../../../convex/model/clerkOrganization';
import type { ClerkMembership, ClerkOrganization } from '../../../convex/model/validators';
import { type ConvexCalls, internal } from '../convex-calls';
import type { FakeClerk, RawClerkRecord } from '../fake-clerk';

const organizationIds = ['org_a', 'org_b'];
const roles = ['org:admin', 'org:member'];

/** The organizations' share of `SyncSimulation`: edits in Clerk at random, and what must hold after. */
export class OrganizationSimulation {
  private readonly asked = new Set<string>();
  private readonly deleted = new Set<string>();
  private joined = 0;

  constructor(
    private readonly t: ConvexCalls,
    private readonly clerk: FakeClerk,
  ) {}

  /** One edit in Clerk, chosen by `chance`; answers what it was. */
  step(user: string, chance: () => number): string {
    const pick = <T>(items: readonly T[]) => items[Math.floor(chance() * items.length)];
    const id = pick(organizationIds) ?? '';
    if (this.deleted.has(id)) return `${id} is gone`;
    if (!this.clerk.organizations.has(id)) {
      this.clerk.createOrganization(id);
      return `create ${id}`;
    }
    const roll = chance();
    if (roll < 0.06) {
      this.deleted.add(id);
      this.clerk.deleteOrganization(id);
      return `delete ${id}`;
    }
    if (roll < 0.25) {
      this.clerk.renameOrganization(id, `N${Math.floor(chance() * 99)}`);
      return `rename ${id}`;
    }
    const membership = pick([...this.clerk.memberships.keys()]);
    if (membership !== undefined && roll < 0.5) {
      this.clerk.setMembershipRole(membership, pick(roles) ?? '');
      return `role of ${membership}`;
    }
    if (membership !== undefined && roll < 0.6) {
      this.clerk.leave(membership);
      return `leave ${membership}`;
    }
    return this.join(id, user);
  }

  private join(organization: string, user: string): string {
    const there = [...this.clerk.memberships.values()].some(
      (membership) =>
        JSON.stringify(membership.organization).includes(`"${organization}"`) &&
        JSON.stringify(membership.public_user_data).includes(`"${user}"`),
    );
    if (there || !this.clerk.users.has(user)) return `${user} cannot join ${organization}`;
    this.joined += 1;
    this.clerk.join(`orgmem_${this.joined}`, { organization, user });
    return `orgmem_${this.joined}: ${user} joins ${organization}`;
  }

  /** Answers the questions that ties have raised, in place of the pool. */
  async refetch(): Promise<void> {
    const { organizations, memberships } = await this.rows();
    for (const { externalId, clerk } of organizations) {
      const ask = clerk.refetch ?? 0;
      if (this.isNew(externalId, ask)) {
        await this.t.action(internal.clerk.refetchOrganization, { externalId, ask });
      }
    }
    for (const { externalId, clerk, organizationExternalId, userExternalId } of memberships) {
      const ask = clerk.refetch ?? 0;
      if (organizationExternalId === undefined || userExternalId === undefined) continue;
      if (!this.isNew(externalId, ask)) continue;
      const names = { externalId, organizationExternalId, userExternalId };
      await this.t.action(internal.clerk.refetchMembership, { ...names, ask });
    }
  }

  private isNew(id: string, ask: number): boolean {
    const question = `${id} ${ask}`;
    if (ask === 0 || this.asked.has(question)) return false;
    this.asked.add(question);
    return true;
  }

  /** Convex has what Clerk has, field by field, one row per id; the rest are tombstones. */
  async checkAtRest(): Promise<void> {
    const { organizations, memberships } = await this.rows();
    const ids = [...organizations, ...memberships].map((row) => row.externalId);
    assert.equal(new Set(ids).size, ids.length, 'rule 1: one row per id');
    assert.deepEqual(
      sorted(organizations.filter(isActive).map(organizationHere)),
      sorted([...this.clerk.organizations.values()].map(organizationThere)),
      'the same organizations on both sides',
    );
    assert.deepEqual(
      sorted(memberships.filter(isActive).map(membershipHere)),
      sorted([...this.clerk.memberships.values()].map(membershipThere)),
      'the same memberships on both sides',
    );
  }

  private async rows() {
    return await this.t.run(async (ctx) => ({
      organizations: await ctx.db.query('organizations').collect(),
      memberships: await ctx.db.query('memberships').collect(),
    }));
  }
}

function isActive({ status }: { status: string }): boolean {
  return status === 'active';
}

/** All that a row mirrors, and of when it is. */
function organizationHere(row: Doc<'organizations'>): ClerkOrganization {
  const { externalId, name, slug, imageUrl, publicMetadata, createdAt, clerk } = row;
  const { updatedAt } = clerk;
  return { externalId, updatedAt, createdAt, name, slug, imageUrl, publicMetadata };
}

function membershipHere(row: Doc<'memberships'>) {
  const { externalId, organizationExternalId, userExternalId, role, permissions } = row;
  const { publicMetadata, joinedAt, clerk } = row;
  const place = { externalId, organizationExternalId, userExternalId };
  return { ...place, role, permissions, publicMetadata, joinedAt, updatedAt: clerk.updatedAt };
}

function organizationThere(raw: RawClerkRecord): ClerkOrganization {
  const parsed = parseClerkOrganization(raw);
  assert.ok(parsed.ok);
  return parsed.organization;
}

function membershipThere(raw: RawClerkRecord): ClerkMembership {
  const parsed = parseClerkMembership(raw);
  assert.ok(parsed.ok);
  return parsed.membership;
}

function sorted(facts: object[]): string[] {
  return facts.map((one) => canonicalJson(one)).sort();
}
