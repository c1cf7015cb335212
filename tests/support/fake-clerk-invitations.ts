/** Clerk's invitations in memory, as far as the outbox and the canary use them. */
export interface RawInvitation {
  object: 'invitation';
  id: string;
  email_address: string;
  status: 'pending' | 'accepted' | 'revoked';
  public_metadata: Record<string, unknown>;
  created_at: number;
  updated_at: number;
  expires_at: number;
  redirect_url?: string;
}

export class FakeInvitations {
  readonly all: RawInvitation[] = [];

  constructor(
    private readonly clock: () => number,
    /** Whether somebody has this address already. */
    private readonly isTaken: (email: string) => boolean = () => false,
  ) {}

  answer(method: string, url: URL, body: unknown): Response {
    const [, , , id, verb] = url.pathname.split('/');
    if (method === 'GET') return Response.json(this.list(url.searchParams));
    if (verb === 'revoke') return this.revoke(id ?? '');
    return this.create(isRecord(body) ? body : {});
  }

  set(email: string, status: RawInvitation['status']): void {
    for (const one of this.all) if (one.email_address === email) one.status = status;
  }

  private list(query: URLSearchParams): RawInvitation[] {
    const [status, search] = [query.get('status'), query.get('query')];
    return this.all.filter(
      (one) =>
        (status === null || one.status === status) &&
        (search === null || one.email_address.includes(search)),
    );
  }

  private create(body: Record<string, unknown>): Response {
    const email = String(body.email_address);
    if (this.all.some((one) => one.email_address === email && one.status === 'pending')) {
      return refusal(400, 'duplicate_record');
    }
    if (this.isTaken(email)) return refusal(422, 'form_identifier_exists');
    const now = this.clock();
    const invitation: RawInvitation = {
      object: 'invitation',
      id: `inv_${this.all.length + 1}`,
      email_address: email,
      status: 'pending',
      public_metadata: isRecord(body.public_metadata) ? body.public_metadata : {},
      created_at: now,
      updated_at: now,
      expires_at: now + 30 * 86_400_000,
      ...(typeof body.redirect_url === 'string' ? { redirect_url: body.redirect_url } : {}),
    };
    this.all.push(invitation);
    return Response.json(invitation);
  }

  private revoke(id: string): Response {
    const found = this.all.find((one) => one.id === id);
    if (found === undefined) return refusal(404, 'resource_not_found');
    if (found.status !== 'pending') return refusal(400, `invitation_already_${found.status}`);
    found.status = 'revoked';
    return Response.json(found);
  }
}

function refusal(status: number, code: string): Response {
  return Response.json({ errors: [{ code, message: code, long_message: code }] }, { status });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
