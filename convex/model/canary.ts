import { z } from 'zod';
import { askClerk, type ClerkAnswer } from './clerkApi';
import { parseClerkOrganization } from './clerkOrganization';
import { parseClerkUser } from './clerkUser';
import { endpoints } from './healthView';
import { canaryLooksAt } from './limits';
import type { ClerkOrganization, ClerkUser } from './validators';
import type { CanaryFindings } from './webhookHealth';

const probeTimeoutMs = 10_000;

/** Asks Clerk for its newest changes and our own addresses for a sign of life. Only for actions. */
export async function lookAround(): Promise<CanaryFindings> {
  const [users, organizations, unreachable] = await Promise.all([
    newestUsers(),
    newestOrganizations(),
    deadAddresses(),
  ]);
  return {
    users: users.kind === 'ok' ? (users.value ?? []) : [],
    organizations: organizations.kind === 'ok' ? (organizations.value ?? []) : [],
    notAsked: users.kind === 'ok' ? undefined : users.reason,
    unreachable,
  };
}

async function newestUsers(): Promise<ClerkAnswer<ClerkUser[]>> {
  const path = `/v1/users?order_by=-updated_at&limit=${canaryLooksAt}`;
  return await askClerk('GET', path, (body) =>
    listOf(body).flatMap((item) => {
      const parsed = parseClerkUser(item);
      return parsed.ok ? parsed.user : [];
    }),
  );
}

/** Clerk orders organizations by creation at best: of changes, those of the newest are seen. */
async function newestOrganizations(): Promise<ClerkAnswer<ClerkOrganization[]>> {
  const path = `/v1/organizations?order_by=-created_at&limit=${canaryLooksAt}`;
  return await askClerk('GET', path, (body) =>
    listOf(body).flatMap((item) => {
      const parsed = parseClerkOrganization(item);
      return parsed.ok ? parsed.organization : [];
    }),
  );
}

/** Clerk answers with a bare array or with `data`. */
function listOf(body: unknown): unknown[] {
  const parsed = z
    .union([z.array(z.unknown()), z.object({ data: z.array(z.unknown()) })])
    .safeParse(body).data;
  if (parsed === undefined) return [];
  return Array.isArray(parsed) ? parsed : parsed.data;
}

/** The route answers GET with 405 and its one method; anything else is not the route. */
async function deadAddresses(): Promise<string | undefined> {
  const found = await Promise.all(
    endpoints().map(async (url) => {
      const status = await statusOf(url);
      return status === 405
        ? undefined
        : `${url} ${status ? `answers ${status}` : 'does not answer'}`;
    }),
  );
  const dead = found.filter((one) => one !== undefined);
  return dead.length === 0 ? undefined : dead.join('; ');
}

async function statusOf(url: string): Promise<number | undefined> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), probeTimeoutMs);
  try {
    return (await fetch(url, { redirect: 'manual', signal: abort.signal })).status;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
