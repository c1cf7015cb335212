/** Clerk's Backend API and the local Clerk's control interface, as tests use them. */

export interface ClerkUserJson {
  id: string;
  first_name: string | null;
  last_name: string | null;
  public_metadata: Record<string, unknown>;
  private_metadata: Record<string, unknown>;
  email_addresses: { id: string; email_address: string }[];
  primary_email_address_id: string | null;
  banned: boolean;
}

export interface ClerkControl {
  /** Any request to the Backend API; throws with the body when the status is not 2xx. */
  backend<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** Any request to `/_local/*`. */
  local<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  userByEmail(email: string): Promise<ClerkUserJson>;
  createUser(user: {
    email: string;
    password?: string;
    firstName?: string;
    lastName?: string;
    publicMetadata?: Record<string, unknown>;
  }): Promise<ClerkUserJson>;
  mergeMetadata(
    userId: string,
    metadata: { public_metadata?: unknown; private_metadata?: unknown },
  ): Promise<ClerkUserJson>;
  webhooks(mode: 'deliver' | 'pause' | 'drop'): Promise<void>;
}

async function request<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${init.method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  }
  // The shape is the caller's claim; the local Clerk's own tests hold it to Clerk's OpenAPI.
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** @param url the local Clerk, without a trailing slash */
export function clerkControl(url: string, secretKey: string): ClerkControl {
  const send = <T>(
    address: string,
    method: string,
    body: unknown,
    headers: Record<string, string>,
  ) =>
    request<T>(address, {
      method,
      // A connection each: a kept one may be closed by the server just as it is used again.
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const backend = <T>(method: string, path: string, body?: unknown) =>
    send<T>(`${url}/v1${path}`, method, body, { authorization: `Bearer ${secretKey}` });
  const local = <T>(method: string, path: string, body?: unknown) =>
    send<T>(`${url}/_local${path}`, method, body, {});
  return {
    backend,
    local,
    userByEmail: async (email) => {
      const query = `email_address=${encodeURIComponent(email)}`;
      const users = await backend<ClerkUserJson[]>('GET', `/users?${query}`);
      const [user] = users;
      if (user === undefined) throw new Error(`Clerk has no user ${email}`);
      return user;
    },
    createUser: ({ email, password, firstName, lastName, publicMetadata }) =>
      backend<ClerkUserJson>('POST', '/users', {
        email_address: [email],
        password: password ?? 'rollcall-demo',
        first_name: firstName,
        last_name: lastName,
        public_metadata: publicMetadata,
        skip_password_checks: true,
      }),
    mergeMetadata: (userId, metadata) =>
      backend<ClerkUserJson>('PATCH', `/users/${userId}/metadata`, metadata),
    webhooks: async (mode) => {
      await local('POST', '/webhooks/mode', { mode });
    },
  };
}
