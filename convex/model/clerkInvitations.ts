import { z } from 'zod';
import type { InvitationState } from '../../src/shared/invitations';
import type { Role } from '../../src/shared/roles';
import { askClerk, type ClerkAnswer } from './clerkApi';
import { idLengthMax, normaliseTime, loose, usableId } from './clerkFields';
import { appUrl } from './environment';
import { invitationsComparedMax } from './limits';

/** An invitation as Clerk describes it. */
export interface ClerkInvitation {
  clerkId: string;
  email: string;
  state: InvitationState;
  /** `public_metadata.role` that it gives; undefined = none, or nothing like a role. */
  role?: string;
  expiresAt?: number;
}

const invitationSchema = z.object({
  id: usableId,
  email_address: z.string().max(320),
  status: z.enum(['pending', 'accepted', 'revoked', 'expired']),
  expires_at: loose(z.number()),
  public_metadata: loose(z.object({ role: loose(z.string()) })),
});

/** Clerk sends the mail and, at sign-up, copies the role into the person's public metadata. */
export async function sendInvitation(
  email: string,
  role: Role,
): Promise<ClerkAnswer<ClerkInvitation>> {
  const url = appUrl();
  return await askClerk('POST', '/v1/invitations', readInvitation, {
    email_address: email,
    public_metadata: { role },
    ...(url === undefined ? {} : { redirect_url: `${url}/sign-up` }),
  });
}

export async function revokeInvitation(clerkId: string): Promise<ClerkAnswer<ClerkInvitation>> {
  const path = `/v1/invitations/${encodeURIComponent(clerkId.slice(0, idLengthMax))}/revoke`;
  return await askClerk('POST', path, readInvitation);
}

/** The open invitation of an address, if Clerk has one. */
export async function findInvitation(email: string): Promise<ClerkAnswer<ClerkInvitation>> {
  const query = new URLSearchParams({ status: 'pending', query: email, limit: '10' });
  return await askClerk('GET', `/v1/invitations?${query.toString()}`, (body) =>
    readInvitations(body).find((found) => found.email === email),
  );
}

/** The newest invitations of one state. */
export async function listInvitations(
  status: InvitationState,
): Promise<ClerkAnswer<ClerkInvitation[]>> {
  const query = new URLSearchParams({ status, limit: String(invitationsComparedMax) });
  return await askClerk('GET', `/v1/invitations?${query.toString()}`, readInvitations);
}

/** Clerk lists invitations bare or, where asked, with a total. */
function readInvitations(body: unknown): ClerkInvitation[] {
  const list = z
    .union([z.array(z.unknown()), z.object({ data: z.array(z.unknown()) })])
    .safeParse(body).data;
  const items = list === undefined ? [] : Array.isArray(list) ? list : list.data;
  return items.flatMap((item) => readInvitation(item) ?? []);
}

function readInvitation(body: unknown): ClerkInvitation | undefined {
  const parsed = invitationSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { id, email_address, status, expires_at, public_metadata } = parsed.data;
  return {
    clerkId: id,
    email: email_address.trim().toLowerCase(),
    state: status,
    role: public_metadata?.role ?? undefined,
    expiresAt: normaliseTime(expires_at),
  };
}
