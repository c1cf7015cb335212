import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasClerkOpenApi, withoutClerkOpenApi } from '../support/clerk-openapi';
import {
  createLocalClerkWorld,
  type LocalClerkWorld,
  type Wire,
} from '../support/local-clerk-world';

describe('Backend API: organizations, through @clerk/backend', () => {
  let world: LocalClerkWorld;
  let ids: string[];
  beforeAll(async () => {
    world = await createLocalClerkWorld();
    await world.control('POST', '/seed', { users: 12 });
    const { data } = await world.sdk.users.getUserList({ limit: 12 });
    ids = data.map(({ id }) => id);
  });
  afterAll(async () => {
    await world.close();
  });
  const person = (index: number) => ids[index] ?? '';

  it('creates with its creator as admin, a unique slug and both kinds of metadata', async () => {
    const acme = await world.sdk.organizations.createOrganization({
      name: 'Acme Clinic',
      createdBy: person(0),
      publicMetadata: { plan: 'pro' },
      privateMetadata: { crm: 7 },
    });
    expect(acme.slug).toMatch(/^acme-clinic-\d+$/);
    expect(acme).toMatchObject({
      membersCount: 1,
      createdBy: person(0),
      privateMetadata: { crm: 7 },
    });
    const members = await world.sdk.organizations.getOrganizationMembershipList({
      organizationId: acme.id,
    });
    expect(members.data.map(({ role }) => role)).toEqual(['org:admin']);
    expect((await world.sdk.organizations.getOrganization({ slug: acme.slug })).id).toBe(acme.id);
    const twice = await world.api('POST', '/organizations', { name: 'B', slug: acme.slug });
    expect([twice.status, twice.json.errors[0].code]).toEqual([422, 'form_identifier_exists']);
    const nobody = await world.api('POST', '/organizations', {
      name: 'B',
      created_by: 'user_none',
    });
    expect([nobody.status, nobody.json.errors[0].code]).toEqual([
      400,
      'organization_creator_not_found',
    ]);
  });

  it('updates, merges metadata, lists by part of the name, and deletes with all memberships', async () => {
    const { id } = await world.sdk.organizations.createOrganization({
      name: 'Birch',
      createdBy: person(0),
    });
    const renamed = await world.sdk.organizations.updateOrganization(id, { name: 'Birch & Co' });
    expect(renamed.name).toBe('Birch & Co');
    await world.sdk.organizations.updateOrganizationMetadata(id, {
      publicMetadata: { a: { b: 1 } },
    });
    const merged = await world.sdk.organizations.updateOrganizationMetadata(id, {
      publicMetadata: { a: { c: 2 }, d: null },
    });
    expect(merged.publicMetadata).toEqual({ a: { b: 1, c: 2 } });
    const found = await world.sdk.organizations.getOrganizationList({
      query: 'birch',
      includeMembersCount: true,
    });
    expect(found.data.map((organization) => [organization.id, organization.membersCount])).toEqual([
      [id, 1],
    ]);
    const refused = await world.api('PATCH', `/organizations/${id}`, { public_metadata: {} });
    expect(refused.json.errors[0].code).toBe('form_param_unknown');
    await world.sdk.organizations.deleteOrganization(id);
    const left = await world.sdk.users.getOrganizationMembershipList({ userId: person(0) });
    expect(left.data.some(({ organization }) => organization.id === id)).toBe(false);
  });

  it('E1: adds, changes and removes memberships, and lists them for the whole instance', async () => {
    const { id } = await world.sdk.organizations.createOrganization({
      name: 'Cedar',
      createdBy: person(1),
    });
    const place = { organizationId: id, userId: person(2) };
    await world.sdk.organizations.createOrganizationMembership({ ...place, role: 'org:member' });
    const again = await world.api('POST', `/organizations/${id}/memberships`, {
      user_id: person(2),
      role: 'org:member',
    });
    expect([again.status, again.json.errors[0].code]).toEqual([
      400,
      'already_a_member_in_organization',
    ]);
    const raised = await world.sdk.organizations.updateOrganizationMembership({
      ...place,
      role: 'org:admin',
    });
    expect(raised).toMatchObject({ role: 'org:admin', publicUserData: { userId: person(2) } });
    const unknown = await world.api('PATCH', `/organizations/${id}/memberships/${person(2)}`, {
      role: 'org:king',
    });
    expect(unknown.status).toBe(422);
    await world.sdk.organizations.updateOrganizationMembershipMetadata({
      ...place,
      publicMetadata: { desk: 4 },
    });
    const everywhere = await world.api('GET', '/organization_memberships?limit=500');
    const here = everywhere.json.data.filter((entry: Wire) => entry.organization.id === id);
    expect(
      here.map((entry: Wire) => [entry.public_user_data.user_id, entry.public_metadata]),
    ).toEqual([
      [person(2), { desk: 4 }],
      [person(1), {}],
    ]);
    expect(everywhere.json.total_count).toBe(everywhere.json.data.length);
    await world.sdk.organizations.deleteOrganizationMembership(place);
    const rest = await world.sdk.organizations.getOrganizationMembershipList({
      organizationId: id,
    });
    expect(rest.totalCount).toBe(1);
    expect(
      (await world.api('DELETE', `/organizations/${id}/memberships/${person(2)}`)).status,
    ).toBe(404);
  });

  it('keeps to the limit of memberships', async () => {
    const { id } = await world.sdk.organizations.createOrganization({
      name: 'Dune',
      maxAllowedMemberships: 2,
    });
    const add = (index: number) =>
      world.api('POST', `/organizations/${id}/memberships`, {
        user_id: person(index),
        role: 'org:member',
      });
    const statuses = [await add(3), await add(4), await add(5)].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 403]);
  });

  it('filters memberships by role, person and name, ordered as asked', async () => {
    const { id } = await world.sdk.organizations.createOrganization({
      name: 'Elm',
      createdBy: person(0),
      maxAllowedMemberships: 0,
    });
    for (const userId of ids.slice(1, 6)) {
      await world.sdk.organizations.createOrganizationMembership({
        organizationId: id,
        userId,
        role: 'org:member',
      });
    }
    const get = async (query: string) =>
      (await world.api('GET', `/organizations/${id}/memberships?${query}`)).json.data.map(
        (entry: Wire) => entry.public_user_data.user_id,
      );
    expect(await get('role=org:admin')).toEqual([person(0)]);
    expect((await get(`user_id=${person(1)}&user_id=${person(2)}`)).sort()).toEqual(
      ids.slice(1, 3).sort(),
    );
    const byEmail = await get('order_by=email_address&limit=500');
    expect(await get('order_by=-email_address&limit=500')).toEqual(
      byEmail.toReversed?.() ?? [...byEmail].reverse(),
    );
  });

  it('invites to an organization once, lists and revokes', async () => {
    const { id } = await world.sdk.organizations.createOrganization({
      name: 'Fir',
      createdBy: person(0),
    });
    const invitation = await world.sdk.organizations.createOrganizationInvitation({
      organizationId: id,
      emailAddress: 'Guest@example.com',
      role: 'org:member',
      inviterUserId: person(0),
    });
    expect(invitation).toMatchObject({ emailAddress: 'guest@example.com', status: 'pending' });
    const twice = await world.api('POST', `/organizations/${id}/invitations`, {
      email_address: 'guest@example.com',
      role: 'org:member',
    });
    expect([twice.status, twice.json.errors[0].code]).toEqual([
      400,
      'organization_invitation_not_unique',
    ]);
    const pending = await world.sdk.organizations.getOrganizationInvitationList({
      organizationId: id,
      status: ['pending'],
    });
    expect(pending.data.map((entry) => entry.id)).toEqual([invitation.id]);
    const revoked = await world.sdk.organizations.revokeOrganizationInvitation({
      organizationId: id,
      invitationId: invitation.id,
      requestingUserId: person(0),
    });
    expect(revoked.status).toBe('revoked');
    const mails = await world.control('GET', '/outbox-mail?email=guest@example.com');
    expect(mails.json.mails[0].url).toContain('/v1/tickets/accept?ticket=');
  });

  it('D2: invites to the application once, lists without the revoked, and lets invitations expire', async () => {
    const invitation = await world.sdk.invitations.createInvitation({
      emailAddress: 'new.colleague@example.com',
      publicMetadata: { role: 'admin' },
      expiresInDays: 1,
    });
    const twice = await world.api('POST', '/invitations', {
      email_address: 'new.colleague@example.com',
    });
    expect([twice.status, twice.json.errors[0].code]).toEqual([400, 'duplicate_record']);
    world.clock.advance(25 * 60 * 60_000);
    const expired = await world.sdk.invitations.getInvitationList({ status: 'expired' });
    expect(expired.data.map(({ id }) => id)).toEqual([invitation.id]);
    const next = await world.sdk.invitations.createInvitation({
      emailAddress: 'new.colleague@example.com',
    });
    expect((await world.sdk.invitations.revokeInvitation(next.id)).status).toBe('revoked');
    const again = await world.api('POST', `/invitations/${next.id}/revoke`);
    expect([again.status, again.json.errors[0].code]).toEqual([400, 'invitation_already_revoked']);
    const all = await world.sdk.invitations.getInvitationList();
    expect(all.data.map(({ id }) => id)).not.toContain(next.id);
  });
});

if (!hasClerkOpenApi) it.skip(withoutClerkOpenApi('Backend API: organizations, the shapes'));
