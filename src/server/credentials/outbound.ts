import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { BlockList, isIP } from 'node:net';

/** A service that does not answer by then is down for our purposes; a person is waiting. */
const answerMsMax = 10_000;
/** Profiles are a few kilobytes. */
const answerBytesMax = 256 * 1024;

export type OutboundAnswer =
  | { kind: 'answered'; status: number; body: unknown }
  /** `why` is for people: no address of ours, no header, no body. */
  | { kind: 'failed'; why: string };

export interface OutboundRequest {
  url: URL;
  headers: Record<string, string>;
  /** Set by the operator, never by a person: a stand-in on this machine, over plain HTTP. */
  trusted: boolean;
}

/**
 * One GET to a service whose address a person typed. https only, no private or special address
 * (checked on the address that is really connected to, so a name that resolves twice differently
 * gains nothing), no redirects, bounded in time and size.
 */
export async function getJson({ url, headers, trusted }: OutboundRequest): Promise<OutboundAnswer> {
  if (!trusted && url.protocol !== 'https:') return { kind: 'failed', why: 'it is not https' };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Node asks nobody to resolve what is an address already.
  if (!trusted && isIP(host) !== 0 && isForbidden(host)) return forbidden;
  const options: RequestOptions = {
    method: 'GET',
    headers: { accept: 'application/json', ...headers },
    signal: AbortSignal.timeout(answerMsMax),
    agent: false,
    ...(trusted ? {} : { lookup: publicLookup }),
  };
  return await new Promise((settle) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= answerBytesMax) chunks.push(chunk);
        else {
          settle({ kind: 'failed', why: 'its answer is too large' });
          request.destroy();
        }
      });
      response.on('end', () => {
        const body = parsed(Buffer.concat(chunks).toString('utf8'));
        settle({ kind: 'answered', status: response.statusCode ?? 0, body });
      });
      response.on('error', () => settle({ kind: 'failed', why: 'it broke off' }));
    });
    request.on('error', (error) => settle({ kind: 'failed', why: reasonOf(error) }));
    request.end();
  });
}

const forbidden = { kind: 'failed', why: 'it leads to an address that is not public' } as const;

class ForbiddenAddress extends Error {}

/** Like the resolver of Node, without what is not public; the connection goes where this points. */
function publicLookup(
  host: string,
  options: { all?: boolean | undefined; family?: number | string | undefined },
  done: (
    error: NodeJS.ErrnoException | null,
    address: string | LookupAddress[],
    family?: number,
  ) => void,
): void {
  resolve(host, { all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error || first === undefined) {
      done(error ?? new Error('no address'), '');
    } else if (addresses.some(({ address }) => isForbidden(address))) {
      done(new ForbiddenAddress(), '');
    } else if (options.all) {
      done(null, addresses);
    } else {
      done(null, first.address, first.family);
    }
  });
}

const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}

/** Global unicast addresses of IPv6; everything else is special in one way or another. */
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');
/** Inside of those: documentation, Teredo and 6to4, which carry IPv4 addresses of any kind. */
const specialV6 = new BlockList();
specialV6.addSubnet('2001::', 23, 'ipv6');
specialV6.addSubnet('2001:db8::', 32, 'ipv6');
specialV6.addSubnet('2002::', 16, 'ipv6');
specialV6.addSubnet('3fff::', 20, 'ipv6');

/** Whether an IP address is anything but a public one. Exported for its test. */
export function isForbidden(address: string): boolean {
  if (isIP(address) === 4) return special.check(address, 'ipv4');
  if (isIP(address) !== 6) return true;
  return !globalV6.check(address, 'ipv6') || specialV6.check(address, 'ipv6');
}

function reasonOf(error: Error): string {
  if (error instanceof ForbiddenAddress) return forbidden.why;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return `it did not answer within ${answerMsMax / 1000} s`;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name does not resolve';
  if (code.startsWith('ERR_TLS') || code.includes('CERT')) return 'its certificate is not valid';
  return 'it cannot be reached';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An error page, most likely; the status says enough.
    return undefined;
  }
}
