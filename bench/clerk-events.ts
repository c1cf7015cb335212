import { Webhook } from 'svix';

type ClerkUser = Record<string, unknown> & { id: string };

/** Clerk tells whose request led to an event. */
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0';

/** Half of the events create a person, half update one, each with a newer `updated_at`. */
export class ClerkEvents {
  private created = 0;
  private readonly baseMs = Date.now();
  private readonly webhook: Webhook;

  constructor(
    private readonly template: ClerkUser,
    private readonly secret: string,
    private readonly instanceId: string,
  ) {
    this.webhook = new Webhook(this.secret);
  }

  next(): RequestInit {
    const number = this.created++;
    const update = number % 2 === 1;
    const person = Math.floor(number / 2);
    const data = {
      ...this.template,
      // Nobody who was there before: those are called otherwise.
      id: `user_event${String(person).padStart(20, '0')}`,
      first_name: `Person ${person}`,
      last_name: update ? 'Updated' : 'Created',
      public_metadata: {},
      private_metadata: {},
      created_at: this.baseMs,
      updated_at: this.baseMs + number,
    };
    const body = JSON.stringify({
      object: 'event',
      type: update ? 'user.updated' : 'user.created',
      timestamp: this.baseMs + number,
      instance_id: this.instanceId,
      event_attributes: { http_request: { client_ip: '192.0.2.1', user_agent: userAgent } },
      data,
    });
    const id = `msg_bench${String(number).padStart(20, '0')}`;
    const at = new Date();
    return {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'svix-id': id,
        'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
        'svix-signature': this.webhook.sign(id, at, body),
      },
    };
  }

  /** How many different people the events so far were about. */
  get people(): number {
    return Math.ceil(this.created / 2);
  }
}

/** Sends one event; anything but 200 ends the measurement. */
export async function deliver(url: string, request: RequestInit): Promise<void> {
  const response = await fetch(url, request);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
}
