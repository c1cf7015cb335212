import { z } from 'zod';
import type { Role } from '../../src/shared/roles';
import { parseClerkMembership, parseClerkOrganization } from './clerkOrganization';
import { parseClerkUser } from './clerkUser';
import { clerkApi } from './environment';
import { clerkTimeoutMs, retryAfterMsMax } from './limits';
import type { ClerkMembership, ClerkOrganization, ClerkUser, NameParts } from './validators';

/** The Backend API version whose answers `clerkUser.ts` is tested against. */
const apiVersion = '2026-05-12';

/** An answer of Clerk's Backend API, sorted by what the caller can do about it. */
export type ClerkAnswer<T = ClerkUser> =
  /** `value` is absent when the answer was fine but not to be understood. */
  | { kind: 'ok'; value?: T }
  /** Worth another attempt, after `afterMs` where Clerk named a wait. */
  | { kind: 'retry'; reason: string; afterMs?: number }
  /** Another attempt would end the same way. */
  | { kind: 'refused'; reason: string; notFound: boolean; code?: string };

/**
 * Sets a role in Clerk. The endpoint merges deeply, so no other key of the metadata changes (C2).
 * `stamp` proves the echo ours. Only for actions.
 */
export async function pushRole(
  externalId: string,
  role: Role,
  stamp: { rev: number; intent: string },
): Promise<ClerkAnswer> {
  return await askClerk('PATCH', `${userPath(externalId)}/metadata`, readUser, {
    public_metadata: { role },
    private_metadata: { rollcall: stamp },
  });
}

/** Sets first and last name; no other field changes. Only for actions. */
export async function pushName(externalId: string, name: NameParts): Promise<ClerkAnswer> {
  return await askClerk('PATCH', userPath(externalId), readUser, {
    first_name: name.firstName ?? null,
    last_name: name.lastName ?? null,
  });
}

/** Bans (ends every session) or unbans; repeating it changes nothing. Only for actions. */
export async function pushAccess(externalId: string, kind: 'ban' | 'unban'): Promise<ClerkAnswer> {
  return await askClerk('POST', `${userPath(externalId)}/${kind}`, readUser);
}

/**
 * Deletes a person. That Clerk has nobody of this id any more is what was asked for: an earlier
 * attempt got through, or somebody deleted them there. Only for actions.
 */
export async function pushDeletion(externalId: string): Promise<ClerkAnswer> {
  const answer = await askClerk('DELETE', userPath(externalId), () => undefined);
  return answer.kind === 'refused' && answer.notFound ? { kind: 'ok' } : answer;
}

/** Reads one person from Clerk. Only for actions. */
export async function fetchClerkUser(externalId: string): Promise<ClerkAnswer> {
  return await askClerk('GET', userPath(externalId), readUser);
}

/** Reads one organization from Clerk. Only for actions. */
export async function fetchClerkOrganization(
  externalId: string,
): Promise<ClerkAnswer<ClerkOrganization>> {
  return await askClerk('GET', organizationPath(externalId), (body) => {
    const parsed = parseClerkOrganization(body);
    return parsed.ok ? parsed.organization : undefined;
  });
}

/** Reads one membership: Clerk lists those of one person in one organization. Only for actions. */
export async function fetchClerkMembership(names: {
  externalId: string;
  organizationExternalId: string;
  userExternalId: string;
}): Promise<ClerkAnswer<ClerkMembership>> {
  const path = `${organizationPath(names.organizationExternalId)}/memberships`;
  const query = new URLSearchParams({ user_id: names.userExternalId, limit: '10' });
  return await askClerk('GET', `${path}?${query.toString()}`, (body) => {
    const found = membershipPage.safeParse(body).data?.data ?? [];
    return found
      .flatMap((data) => {
        const parsed = parseClerkMembership(data);
        return parsed.ok ? parsed.membership : [];
      })
      .find((membership) => membership.externalId === names.externalId);
  });
}

const membershipPage = z.object({ data: z.array(z.unknown()) });

const userPath = (id: string) => `/v1/users/${encodeURIComponent(id)}`;
const organizationPath = (id: string) => `/v1/organizations/${encodeURIComponent(id)}`;

function readUser(body: unknown): ClerkUser | undefined {
  const parsed = parseClerkUser(body);
  return parsed.ok ? parsed.user : undefined;
}

/** One request to the Backend API. Only for actions: it holds the key. */
export async function askClerk<T>(
  method: 'GET' | 'PATCH' | 'POST' | 'DELETE',
  path: string,
  read: (body: unknown) => T | undefined,
  body?: unknown,
): Promise<ClerkAnswer<T>> {
  const api = clerkApi();
  if (!api.ok) return { kind: 'refused', reason: api.reason, notFound: false };
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), clerkTimeoutMs);
  try {
    const headers = {
      Authorization: `Bearer ${api.secretKey}`,
      'Clerk-API-Version': apiVersion,
      'Content-Type': 'application/json',
    };
    const payload = body === undefined ? {} : { body: JSON.stringify(body) };
    const init = { method, headers, signal: abort.signal, ...payload };
    const response = await fetch(`${api.baseUrl}${path}`, init);
    return await readAnswer(response, read);
  } catch {
    // Never the error's own text: it may name the address with whatever is in it.
    return {
      kind: 'retry',
      reason: abort.signal.aborted
        ? `Clerk did not answer within ${clerkTimeoutMs / 1_000} s`
        : 'Clerk could not be reached',
    };
  } finally {
    clearTimeout(timer);
  }
}

async function readAnswer<T>(
  response: Response,
  read: (body: unknown) => T | undefined,
): Promise<ClerkAnswer<T>> {
  if (response.ok) return { kind: 'ok', value: read(await readJson(response)) };
  const { status } = response;
  if (status === 429) {
    const afterMs = retryAfterMs(response.headers.get('retry-after'));
    return { kind: 'retry', reason: 'Clerk is limiting our requests (429)', afterMs };
  }
  if (status >= 500 || status === 408) {
    const afterMs = retryAfterMs(response.headers.get('retry-after'));
    return { kind: 'retry', reason: `Clerk is in trouble (${status})`, afterMs };
  }
  const code = await clerkErrorCode(response);
  return {
    kind: 'refused',
    notFound: status === 404,
    reason: explainRefusal(response, code),
    code,
  };
}

function explainRefusal(response: Response, code: string | undefined): string {
  if (response.status === 401) return 'The Clerk secret key is invalid or expired (401)';
  if (response.status === 402) {
    return "Clerk's plan does not include this (402); access here is cut all the same";
  }
  if (response.status === 404) {
    return 'Clerk has no such user (404): deleted there, or the key belongs to another instance';
  }
  return `Clerk refused the request (${response.status}${code === undefined ? '' : `, ${code}`})`;
}

/** The code of Clerk's first error; its texts may repeat input and are left out. */
async function clerkErrorCode(response: Response): Promise<string | undefined> {
  const body = await readJson(response);
  if (typeof body !== 'object' || body === null || !('errors' in body)) return undefined;
  const first: unknown = Array.isArray(body.errors) ? body.errors[0] : undefined;
  if (typeof first !== 'object' || first === null || !('code' in first)) return undefined;
  return typeof first.code === 'string' && /^\w{1,60}$/.test(first.code) ? first.code : undefined;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** `Retry-After` in ms, from seconds or a date, between 0 and our longest wait. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  if (!Number.isFinite(ms)) return undefined;
  return Math.min(Math.max(0, Math.ceil(ms)), retryAfterMsMax);
}
