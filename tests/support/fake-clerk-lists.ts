import { type FakeClerk, instanceId, type RawClerkRecord, type RawClerkUser } from './fake-clerk';

/** A request for a list or a count, after Clerk has worked out what it would answer. */
export interface ListRequest {
  path: string;
  query: URLSearchParams;
  /** How many requests for this path came before. */
  nth: number;
  body: unknown;
}

/**
 * The lists of Clerk's Backend API over a fake Clerk: cursors, offsets, filters and limits as the
 * real one has them. `intercept` may answer instead, or change the world meanwhile.
 */
export class FakeClerkLists {
  instanceId = instanceId;
  /** A key that is not this one is answered 401. */
  acceptedKey: string | undefined;
  intercept:
    ((request: ListRequest) => Response | undefined | Promise<Response | undefined>) | undefined;
  readonly asked: string[] = [];

  constructor(private readonly clerk: FakeClerk) {}

  readonly fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const key = new Headers(init.headers).get('authorization')?.replace('Bearer ', '');
    if (this.acceptedKey !== undefined && key !== this.acceptedKey) {
      return Response.json({ errors: [{ code: 'clerk_key_invalid' }] }, { status: 401 });
    }
    const body = this.list(url);
    if (body === undefined) return await this.clerk.fetch(input, init);
    const nth = this.asked.filter((path) => path === url.pathname).length;
    this.asked.push(url.pathname);
    const request = { path: url.pathname, query: url.searchParams, nth, body };
    const answer = await this.intercept?.(request);
    if (answer !== undefined) return answer;
    return body instanceof Response ? body : Response.json(body);
  };

  private list(url: URL): unknown {
    const { searchParams: query } = url;
    switch (url.pathname) {
      case '/v1/instance':
        return { object: 'instance', id: this.instanceId };
      case '/v1/users/count':
        return { object: 'total_count', total_count: this.people(query).length };
      case '/v1/users':
        return this.page(query);
      case '/v1/organizations':
        return paged(byCreation([...this.clerk.organizations.values()]), query);
      case '/v1/organization_memberships':
        return paged(byCreation([...this.clerk.memberships.values()]), query);
      default:
        return undefined;
    }
  }

  private page(query: URLSearchParams): unknown {
    const after = query.get('starting_after');
    const all = this.people(query);
    if (after === null) return sliceOf(all, query);
    const last = this.clerk.users.get(after);
    if (last === undefined) {
      return Response.json({ errors: [{ code: 'form_resource_not_found' }] }, { status: 422 });
    }
    return sliceOf(all.slice(all.findIndex(({ id }) => id === after) + 1), query);
  }

  private people(query: URLSearchParams): RawClerkUser[] {
    const ids = query.getAll('user_id');
    const email = query.get('email_address_query');
    const since = Number(query.get('created_at_after') ?? 0);
    const all = [...this.clerk.users.values()].filter(
      (user) =>
        (ids.length === 0 || ids.includes(user.id)) &&
        (email === null || JSON.stringify(user.email_addresses).includes(email)) &&
        user.created_at > since,
    );
    return byCreation(all);
  }
}

function byCreation<T extends RawClerkRecord>(records: T[]): T[] {
  return records.toSorted((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1));
}

function sliceOf<T>(records: T[], query: URLSearchParams): T[] {
  const offset = Number(query.get('offset') ?? 0);
  return records.slice(offset, offset + Number(query.get('limit') ?? 10));
}

function paged(records: RawClerkRecord[], query: URLSearchParams) {
  return { data: sliceOf(records, query), total_count: records.length };
}
