import { createHash } from 'node:crypto';
import { at, FrontendClient } from '../fixtures/clerk-frontend-client';

interface Servers {
  clerkUrl: string;
  env: Record<string, string | undefined>;
}

/** Clerk's tokens live for 60 s; one that is handed out lasts for a while yet. */
const tokenFreshMs = 30_000;

/** Somebody signed in without a browser, by Clerk's Frontend API. */
export class HttpSession {
  private token = { value: '', atMs: Number.NEGATIVE_INFINITY };
  /** Stays: a token made before it would be asked for anew. */
  private readonly signedInAtS = Math.floor(Date.now() / 1000) - 1;

  private constructor(
    private readonly client: FrontendClient,
    private readonly sessionId: string,
    private readonly publishableKey: string,
  ) {}

  static async open(
    { clerkUrl, env }: Servers,
    person: { email: string; password: string },
  ): Promise<HttpSession> {
    const client = await new FrontendClient(clerkUrl, { validate: false }).open();
    const answer = await client.signIn(person.email, person.password);
    const sessionId = at(answer.body, 'response', 'created_session_id');
    if (typeof sessionId !== 'string') {
      throw new Error(`Sign-in of ${person.email} answered ${answer.status}`);
    }
    return new HttpSession(client, sessionId, env.CLERK_PUBLISHABLE_KEY ?? '');
  }

  /** The session token, good for at least half a minute. */
  async bearer(): Promise<string> {
    if (performance.now() - this.token.atMs > tokenFreshMs) {
      const atMs = performance.now();
      const minted = await this.client.post(`/v1/client/sessions/${this.sessionId}/tokens`);
      const value = at(minted.body, 'jwt');
      if (typeof value !== 'string') throw new Error(`No token: ${minted.status}`);
      this.token = { value, atMs };
    }
    return this.token.value;
  }

  /** As clerk-js names its cookies: plain, and with a suffix made from the publishable key. */
  async cookie(): Promise<string> {
    const suffix = createHash('sha1').update(this.publishableKey).digest('base64url').slice(0, 8);
    const values = {
      __session: await this.bearer(),
      __client_uat: String(this.signedInAtS),
      __clerk_db_jwt: this.client.token ?? '',
    };
    return Object.entries(values)
      .flatMap(([name, value]) => [`${name}=${value}`, `${name}_${suffix}=${value}`])
      .join('; ');
  }
}
