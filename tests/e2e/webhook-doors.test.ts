import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Webhook } from 'svix';
import { describe, expect, it } from 'vitest';
import { startStack, type World } from '../support/stack-world';
import { useWorld } from '../support/tries';

const bodyBytesMax = 256 * 1024;

interface Answer {
  status: number;
  body: string;
}

interface Signing {
  id?: string;
  /** Milliseconds from now. */
  atMs?: number;
  secret?: string;
}

describe('Both webhook addresses, seen from outside', () => {
  let world: World;
  let doors: { name: string; url: string }[];
  let before: unknown;

  async function start(): Promise<void> {
    world = await startStack();
    doors = [
      { name: 'web', url: `${world.webUrl}/api/webhooks/clerk` },
      { name: 'convex', url: `${world.convexSiteUrl}/clerk-users-webhook` },
    ];
    before = await people();
  }
  useWorld(start, async () => world?.stop());

  /** Everything that a webhook could change, as the command line's function gives it. */
  async function people(): Promise<unknown> {
    const response = await fetch(`${world.convexUrl}/api/query`, {
      method: 'POST',
      headers: {
        authorization: `Convex ${world.env.CONVEX_SELF_HOSTED_ADMIN_KEY}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ path: 'admin:listUsers', args: { limit: 50 }, format: 'json' }),
    });
    // The shape does not matter here, only that it stays the same.
    const answer = (await response.json()) as { status: string; value: unknown };
    expect(answer.status).toBe('success');
    return answer.value;
  }

  const event = (type = 'user.created') =>
    JSON.stringify({
      type,
      object: 'event',
      timestamp: Date.now(),
      instance_id: world.env.CLERK_INSTANCE_ID,
      data: {
        id: `user_${randomUUID().replaceAll('-', '')}`,
        object: 'user',
        first_name: 'Mal',
        last_name: 'Lory',
        email_addresses: [],
        public_metadata: { role: 'superadmin' },
        created_at: Date.now(),
        updated_at: Date.now(),
      },
    });

  function sign(body: string, { id = `msg_${randomUUID()}`, atMs = 0, secret }: Signing = {}) {
    const at = new Date(Date.now() + atMs);
    const signature = new Webhook(secret ?? world.env.CLERK_WEBHOOK_SECRET ?? '').sign(
      id,
      at,
      body,
    );
    return {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': signature,
    };
  }

  /** `node:http` sends exactly what it is told: doubled headers, any length, in pieces. */
  function send(
    url: string,
    headers: Record<string, string | string[]>,
    body: string | Buffer,
    { method = 'POST', pieces = 1 } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(url, { method, headers, timeout: 15_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      });
      sent.once('error', reject);
      const bytes = Buffer.from(body);
      const size = Math.ceil(bytes.length / pieces);
      for (let at = 0; at < bytes.length; at += size) sent.write(bytes.subarray(at, at + size));
      sent.end();
    });
  }

  async function atBothDoors(attempt: (url: string) => Promise<Answer>): Promise<Answer[]> {
    const answers = [];
    for (const { url } of doors) answers.push(await attempt(url));
    return answers;
  }

  const statuses = (answers: Answer[]) => answers.map(({ status }) => status);

  const refused: Record<string, (url: string) => Promise<Answer>> = {
    'a missing signature': (url) => send(url, { 'content-type': 'application/json' }, event()),
    'a signature with another secret': (url) => {
      const body = event();
      const secret = `whsec_${Buffer.from('another secret of 24 byte').toString('base64')}`;
      return send(url, sign(body, { secret }), body);
    },
    'an expired signature': (url) => {
      const body = event();
      return send(url, sign(body, { atMs: -6 * 60_000 }), body);
    },
    'a signature from the future': (url) => {
      const body = event();
      return send(url, sign(body, { atMs: 6 * 60_000 }), body);
    },
    'a tampered body': (url) => {
      const body = event();
      return send(url, sign(body), body.replace('Lory', 'Lorx'));
    },
    'another message id than signed': (url) => {
      const body = event();
      return send(url, { ...sign(body), 'svix-id': 'msg_other' }, body);
    },
    'doubled Svix headers': (url) => {
      const body = event();
      const headers = sign(body);
      return send(url, { ...headers, 'svix-id': [headers['svix-id'], headers['svix-id']] }, body);
    },
    'a signature that is no base64': (url) => {
      const body = event();
      return send(url, { ...sign(body), 'svix-signature': 'v1,%%%' }, body);
    },
  };

  it.each(Object.keys(refused))('B1: %s gets 400 and changes nothing', async (name) => {
    const attempt = refused[name];
    if (attempt === undefined) throw new Error(`no attempt called ${name}`);
    const answers = await atBothDoors(attempt);
    expect(statuses(answers)).toEqual([400, 400]);
    expect(answers[0]?.body).toBe(answers[1]?.body);
    expect(await people()).toEqual(before);
  });

  it('rule 5: an oversized body gets 413, signed or not, whole or in pieces', async () => {
    const body = JSON.stringify({ padding: 'x'.repeat(bodyBytesMax) });
    expect(statuses(await atBothDoors((url) => send(url, sign(body), body)))).toEqual([413, 413]);
    const inPieces = (url: string) =>
      send(url, { ...sign(body), 'transfer-encoding': 'chunked' }, body, { pieces: 16 });
    expect(statuses(await atBothDoors(inPieces))).toEqual([413, 413]);
    expect(await people()).toEqual(before);
  });

  it('C4: a good event is taken at either door, and its repetition at the other is a duplicate', async () => {
    const body = event('rollcall.test');
    const headers = sign(body);
    const answers = await atBothDoors((url) => send(url, headers, body));
    expect(answers).toEqual([
      { status: 200, body: '' },
      { status: 200, body: '' },
    ]);
    expect(await people()).toEqual(before);
  });

  it('C4: both doors answer other methods alike', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const [web, convex] = await atBothDoors((url) => send(url, {}, '', { method }));
      expect({ method, status: web?.status }).toEqual({ method, status: convex?.status });
      expect(web?.status).toBeGreaterThanOrEqual(400);
    }
  });

  it('B1: a signed event creates the person, at either door', async () => {
    for (const { url } of doors) {
      const body = event().replace('superadmin', 'staff');
      expect((await send(url, sign(body), body)).status).toBe(200);
      const { id } = (JSON.parse(body) as { data: { id: string } }).data;
      expect(JSON.stringify(await people())).toContain(id);
    }
  });
});
