import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

export interface SigningKey {
  kid: string;
  alg: 'RS256' | 'ES256';
  privateKey: CryptoKey;
  publicJwk: JWK;
}

export async function newSigningKey(kid: string, alg: 'RS256' | 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    kid,
    alg,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
  };
}

export interface TokenClaims {
  [claim: string]: unknown;
  iss?: string;
  aud?: string | string[];
  sub?: string;
  /** Seconds from now. */
  expiresInS?: number;
}

/** A signed token, good for an hour unless said otherwise. */
export function signToken(
  key: SigningKey,
  { expiresInS = 3600, ...claims }: TokenClaims,
  header: { kid?: string; typ?: string } = { kid: key.kid, typ: 'JWT' },
): Promise<string> {
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({ iat: nowS, exp: nowS + expiresInS, sub: 'user_1', ...claims })
    .setProtectedHeader({ alg: key.alg, ...header })
    .sign(key.privateKey);
}

/** An OIDC issuer on loopback whose keys can be exchanged. Counts what it is asked. */
export class TokenProvider {
  readonly asked: string[] = [];
  /** What discovery names as issuer; its own address by default. */
  namedIssuer: string | undefined;
  status = 200;

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
    public keys: SigningKey[],
  ) {
    server.on('request', (request, response) => {
      this.asked.push(request.url ?? '');
      const body = request.url?.endsWith('/openid-configuration')
        ? { issuer: this.namedIssuer ?? issuer, jwks_uri: `${issuer}/jwks` }
        : { keys: this.keys.map((key) => key.publicJwk) };
      response.writeHead(this.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  }

  static async start(...keys: SigningKey[]): Promise<TokenProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new TokenProvider(server, `http://127.0.0.1:${port}`, keys);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
