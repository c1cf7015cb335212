import { Webhook } from 'svix';
import { FakeInvitations } from './fake-clerk-invitations';

/** A user object in the shape of Clerk's webhooks and Backend API, as far as Rollcall looks at it. */
export interface RawClerkUser {
  [field: string]: unknown;
  id: string;
  updated_at: number;
  created_at: number;
  public_metadata: Record<string, unknown>;
  private_metadata: Record<string, unknown>;
}

/** An organization or a membership. */
export interface RawClerkRecord {
  [field: string]: unknown;
  id: string;
  updated_at: number;
  created_at: number;
}

export interface ClerkEnvelope {
  object: 'event';
  type: string;
  data: unknown;
  timestamp: number;
  instance_id: string;
}

export const instanceId = 'ins_test1';
export const webhookSecret = 'whsec_plJ3nmyCDGBKInavdOK15jsl';

/** A complete user with a verified primary address that is not the first of the list. */
export function rawUser(id: string, fields: Record<string, unknown> = {}): RawClerkUser {
  const at = 1_700_000_000_000;
  return {
    object: 'user',
    id,
    first_name: 'Ann',
    last_name: 'Lee',
    image_url: `https://img.clerk.test/${id}`,
    primary_email_address_id: `idn_${id}_b`,
    email_addresses: [
      address(`idn_${id}_a`, `other-${id}@rollcall.test`),
      address(`idn_${id}_b`, `${id}@rollcall.test`),
    ],
    public_metadata: {},
    private_metadata: {},
    unsafe_metadata: {},
    banned: false,
    last_sign_in_at: null,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

/** An organization in the shape of Clerk's webhooks and Backend API. */
export function rawOrganization(id: string, fields: Record<string, unknown> = {}): RawClerkRecord {
  const at = 1_700_000_000_000;
  return {
    object: 'organization',
    id,
    name: 'Acme',
    slug: `acme-${id}`,
    image_url: `https://img.clerk.test/${id}`,
    has_image: true,
    max_allowed_memberships: 5,
    admin_delete_enabled: true,
    public_metadata: {},
    private_metadata: {},
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

/** A membership with the organization and the person that Clerk embeds. */
export function rawMembership(
  id: string,
  place: { organization: string; user: string },
  fields: Record<string, unknown> = {},
): RawClerkRecord {
  const at = 1_700_000_000_000;
  return {
    object: 'organization_membership',
    id,
    role: 'org:member',
    permissions: ['org:sys_profile:read', 'org:sys_memberships:read'],
    public_metadata: {},
    private_metadata: {},
    organization: rawOrganization(place.organization),
    public_user_data: { user_id: place.user, identifier: `${place.user}@rollcall.test` },
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

export function address(id: string, email: string, status = 'verified') {
  return { id, object: 'email_address', email_address: email, verification: { status } };
}

export function envelope(
  type: string,
  data: unknown,
  fields: Partial<ClerkEnvelope> = {},
): ClerkEnvelope {
  const timestamp = Date.now();
  return { object: 'event', type, data, timestamp, instance_id: instanceId, ...fields };
}

let lastMessage = 0;
export function messageId(): string {
  lastMessage += 1;
  return `msg_${lastMessage}`;
}

/** Headers as Svix sends them, for exactly this body. */
export function signedHeaders(
  body: string,
  { id = messageId(), secret = webhookSecret, at = new Date() } = {},
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'svix-signature': new Webhook(secret).sign(id, at, body),
  };
}

export interface ClerkFault {
  status: number;
  retryAfterS?: number;
  /** The change takes place although the answer says otherwise. */
  applied?: boolean;
}

/**
 * Clerk's Backend API as far as the backend uses it, in memory: deep-merging metadata, a clock that
 * stamps `updated_at`, and an event for every change, delivered by whoever takes `events`.
 */
export class FakeClerk {
  readonly users = new Map<string, RawClerkUser>();
  readonly organizations = new Map<string, RawClerkRecord>();
  readonly memberships = new Map<string, RawClerkRecord>();
  readonly events: ClerkEnvelope[] = [];
  readonly requests: { method: string; path: string; authorization: string; body: unknown }[] = [];
  readonly faults: ClerkFault[] = [];
  readonly invitations: FakeInvitations;
  /** What every other host answers, for probes of our own addresses. */
  elsewhere: (url: URL) => Response = () => new Response(null, { status: 405 });
  /** Held requests go on when `release` is called. */
  hold: Promise<void> | undefined;
  inFlight = new Map<string, number>();
  mostInFlight = 0;

  /** The next change gets the time of the last one. */
  tie = false;
  private lastStamp = 0;

  constructor(private readonly clock: () => number) {
    this.invitations = new FakeInvitations(clock, (email) => this.hasAddress(email));
  }

  /** Later than every stamp before, so that only tests that want a tie make one. */
  private now(): number {
    const next = this.tie ? this.lastStamp : this.lastStamp + 1;
    this.lastStamp = this.tie ? next : Math.max(this.clock(), next);
    this.tie = false;
    return this.lastStamp;
  }

  create(user: RawClerkUser): void {
    this.users.set(user.id, { ...user, created_at: this.clock(), updated_at: this.now() });
    this.emit('user.created', user.id);
  }

  /** An edit in the dashboard: keys given as null are removed. */
  edit(
    id: string,
    publicMetadata: Record<string, unknown>,
    privateMetadata: Record<string, unknown> = {},
  ): void {
    this.merge(id, { public_metadata: publicMetadata, private_metadata: privateMetadata });
  }

  rename(id: string, firstName: string): void {
    const user = this.mustGet(id);
    this.users.set(id, { ...user, first_name: firstName, updated_at: this.now() });
    this.emit('user.updated', id);
  }

  /** Done in the dashboard. */
  setBanned(id: string, banned: boolean): void {
    this.merge(id, { banned });
  }

  /** Clerk ends the memberships of the deleted first, as its webhooks show. */
  delete(id: string): void {
    for (const { id: membershipId, public_user_data: person } of this.memberships.values()) {
      if (idIn(person, 'user_id') === id) this.leave(membershipId);
    }
    this.users.delete(id);
    this.events.push(envelope('user.deleted', { id, object: 'user', deleted: true }));
  }

  createOrganization(id: string): void {
    const at = this.now();
    const organization = rawOrganization(id, { created_at: at, updated_at: at });
    this.organizations.set(id, organization);
    this.events.push(envelope('organization.created', organization));
  }

  renameOrganization(id: string, name: string): void {
    const organization = { ...mustHave(this.organizations, id), name, updated_at: this.now() };
    this.organizations.set(id, organization);
    this.events.push(envelope('organization.updated', organization));
  }

  deleteOrganization(id: string): void {
    for (const { id: membershipId, organization } of this.memberships.values()) {
      if (idIn(organization, 'id') === id) this.leave(membershipId);
    }
    this.organizations.delete(id);
    this.events.push(
      envelope('organization.deleted', { id, object: 'organization', deleted: true }),
    );
  }

  join(id: string, place: { organization: string; user: string }): void {
    const at = this.now();
    const membership = rawMembership(id, place, { created_at: at, updated_at: at });
    this.memberships.set(id, membership);
    this.events.push(envelope('organizationMembership.created', membership));
  }

  setMembershipRole(id: string, role: string): void {
    const membership = { ...mustHave(this.memberships, id), role, updated_at: this.now() };
    this.memberships.set(id, membership);
    this.events.push(envelope('organizationMembership.updated', membership));
  }

  leave(id: string): void {
    const membership = mustHave(this.memberships, id);
    this.memberships.delete(id);
    this.events.push(envelope('organizationMembership.deleted', membership));
  }

  role(id: string): unknown {
    return this.users.get(id)?.public_metadata.role;
  }

  /** Stands in for the global fetch. */
  readonly fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const method = init.method ?? 'GET';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const authorization = new Headers(init.headers).get('authorization') ?? '';
    this.requests.push({ method, path: url.pathname, authorization, body });
    const id = decodeURIComponent(url.pathname.split('/')[3] ?? '');
    const running = (this.inFlight.get(id) ?? 0) + 1;
    this.inFlight.set(id, running);
    this.mostInFlight = Math.max(this.mostInFlight, running);
    try {
      if (this.hold) await this.hold;
      if (url.hostname !== 'clerk.test') return this.elsewhere(url);
      const faulty = /^\/v1\/(invitations|users$|organizations$)/.test(url.pathname);
      const fault = faulty ? this.takeFault() : undefined;
      if (fault !== undefined && !fault.applied) return fault.response;
      if (url.pathname.startsWith('/v1/invitations')) {
        const answer = this.invitations.answer(method, url, body);
        return fault?.response ?? answer;
      }
      if (url.pathname === '/v1/users') return Response.json(this.newestUsers(url));
      if (url.pathname === '/v1/organizations') {
        return Response.json({ data: [...this.organizations.values()], total_count: 0 });
      }
      return url.pathname.startsWith('/v1/organizations/')
        ? this.answerOrganization(url, id)
        : this.answer(method, id, changeOf(url.pathname, body));
    } finally {
      this.inFlight.set(id, (this.inFlight.get(id) ?? 1) - 1);
    }
  };

  private answer(method: string, id: string, change: Record<string, unknown>): Response {
    const fault = this.takeFault();
    if (fault !== undefined) {
      if (fault.applied && this.users.has(id)) this.merge(id, change);
      return fault.response;
    }
    if (!this.users.has(id)) {
      return Response.json({ errors: [{ code: 'resource_not_found' }] }, { status: 404 });
    }
    if (method === 'DELETE') {
      this.delete(id);
      return Response.json({ id, object: 'user', deleted: true });
    }
    // As Clerk's own: PUT of metadata replaces it, everything else merges.
    if (method === 'PUT') this.merge(id, { public_metadata: null, private_metadata: null });
    if (method !== 'GET') this.merge(id, change);
    return Response.json(this.users.get(id));
  }

  private takeFault(): { applied: boolean; response: Response } | undefined {
    const fault = this.faults.shift();
    if (fault === undefined) return undefined;
    const headers: Record<string, string> =
      fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) };
    const errors = [{ code: 'fault', message: 'fault', long_message: 'fault' }];
    const response = Response.json({ errors }, { status: fault.status, headers });
    return { applied: fault.applied ?? false, response };
  }

  /** `GET /users`, newest change first, whatever the order asked for. */
  private newestUsers(url: URL): RawClerkUser[] {
    const limit = Number(url.searchParams.get('limit') ?? 10);
    const byChange = [...this.users.values()].sort((a, b) => b.updated_at - a.updated_at);
    return byChange.slice(0, limit);
  }

  /** `GET /organizations/:id` and `GET /organizations/:id/memberships?user_id=`. */
  private answerOrganization(url: URL, id: string): Response {
    const organization = this.organizations.get(id);
    if (!url.pathname.endsWith('/memberships')) {
      return organization === undefined
        ? Response.json({ errors: [{ code: 'resource_not_found' }] }, { status: 404 })
        : Response.json(organization);
    }
    const userId = url.searchParams.get('user_id');
    const data = [...this.memberships.values()].filter(
      (membership) =>
        idIn(membership.organization, 'id') === id &&
        idIn(membership.public_user_data, 'user_id') === userId,
    );
    return Response.json({ data, total_count: data.length });
  }

  private merge(id: string, change: Record<string, unknown>): void {
    const user = this.mustGet(id);
    // Changes touch metadata objects and `banned` alone, whose types the merge keeps.
    const merged = deepMerge(user, change) as RawClerkUser;
    this.users.set(id, { ...merged, updated_at: this.now() });
    this.emit('user.updated', id);
  }

  private emit(type: string, id: string): void {
    this.events.push(envelope(type, structuredClone(this.mustGet(id))));
  }

  private hasAddress(email: string): boolean {
    return [...this.users.values()].some(({ email_addresses: addresses }) =>
      JSON.stringify(addresses).includes(`"${email}"`),
    );
  }

  private mustGet(id: string): RawClerkUser {
    const user = this.users.get(id);
    if (user === undefined) throw new Error(`the fake Clerk has no user ${id}`);
    return user;
  }
}

function mustHave(records: Map<string, RawClerkRecord>, id: string): RawClerkRecord {
  const record = records.get(id);
  if (record === undefined) throw new Error(`the fake Clerk has no ${id}`);
  return record;
}

function idIn(value: unknown, field: string): unknown {
  return isObject(value) ? value[field] : undefined;
}

/** What a request changes: `/ban` and `/unban` have no body, the others patch metadata. */
function changeOf(path: string, body: unknown): Record<string, unknown> {
  if (path.endsWith('/ban')) return { banned: true };
  if (path.endsWith('/unban')) return { banned: false };
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function deepMerge(target: unknown, change: unknown): unknown {
  if (!isObject(target) || !isObject(change)) return change;
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else merged[key] = deepMerge(merged[key], value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
