import type { CredentialFields, CredentialService } from '../../shared/credentials';
import { serverEnv } from '../../env.server';
import { getJson, type OutboundAnswer, type OutboundRequest } from './outbound';

/** What a test of a connection found; `detail` is for people and holds no secret. */
export interface ConnectionResult {
  ok: boolean;
  detail: string;
}

/** How this installation introduces itself; Cliniko asks for a name and a way to find its owner. */
const userAgent = () => `Rollcall (${serverEnv().ROLLCALL_URL ?? 'self-hosted'})`;

interface Probe<S extends CredentialService> {
  request: (fields: CredentialFields[S]) => OutboundRequest;
  /** What a 200 says: who the key belongs to, or why it is not enough. */
  judge: (body: unknown, fields: CredentialFields[S]) => ConnectionResult;
}

const probes: { [S in CredentialService]: Probe<S> } = {
  cliniko: {
    request: ({ api_key, region }) => ({
      ...at('CLINIKO_API_URL', `https://api.${region}.cliniko.com`, '/v1/user'),
      headers: {
        authorization: `Basic ${Buffer.from(`${api_key}:`).toString('base64')}`,
        'user-agent': userAgent(),
      },
    }),
    judge: (body) =>
      typeof member(body, 'id') === 'string' || typeof member(body, 'id') === 'number'
        ? { ok: true, detail: 'Cliniko accepts the key.' }
        : { ok: false, detail: 'Cliniko answered something that is no user.' },
  },
  chatwoot: {
    request: ({ api_token, base_url }) => ({
      ...at('CHATWOOT_API_URL', base_url, '/api/v1/profile'),
      headers: { api_access_token: api_token, 'user-agent': userAgent() },
    }),
    judge: (body, { account_id }) => {
      const accounts = member(body, 'accounts');
      const ids = Array.isArray(accounts) ? accounts.map((one) => String(member(one, 'id'))) : [];
      return ids.includes(account_id)
        ? { ok: true, detail: 'Chatwoot accepts the token for this account.' }
        : { ok: false, detail: 'Chatwoot accepts the token, but not for this account id.' };
    },
  },
};

const names: Record<CredentialService, string> = { cliniko: 'Cliniko', chatwoot: 'Chatwoot' };

/** Asks the service who the credential belongs to: the smallest request that proves it works. */
export async function testConnection<S extends CredentialService>(
  service: S,
  fields: CredentialFields[S],
): Promise<ConnectionResult> {
  const probe: Probe<S> = probes[service];
  const answer = await getJson(probe.request(fields));
  const judged = judgeStatus(names[service], answer);
  return judged ?? probe.judge(answer.kind === 'answered' ? answer.body : undefined, fields);
}

function judgeStatus(name: string, answer: OutboundAnswer): ConnectionResult | undefined {
  if (answer.kind === 'failed') return { ok: false, detail: `${name}: ${answer.why}.` };
  const { status } = answer;
  if (status === 200) return undefined;
  if (status === 401 || status === 403) {
    return { ok: false, detail: `${name} refuses the key (${status}).` };
  }
  if (status >= 300 && status < 400) {
    return { ok: false, detail: `${name} answers with a redirect, which is not followed.` };
  }
  return { ok: false, detail: `${name} answers ${status}.` };
}

/** The address of the service, or of the stand-in that the operator put in its place. */
function at(setting: 'CLINIKO_API_URL' | 'CHATWOOT_API_URL', origin: string, path: string) {
  const override = serverEnv()[setting];
  return { url: new URL(`${override ?? origin}${path}`), trusted: override !== undefined };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
