import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock, type Clock } from '../../local/clerk/clock';
import { createLocalClerkWorld, type LocalClerkWorld } from '../support/local-clerk-world';
import { createWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** Svix's published schedule: the wait before the second, third, ... eighth attempt. */
const waitsMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  10 * hourMs,
];

describe('webhooks: retries, by a clock that only tests move', () => {
  let receiver: WebhookReceiver;
  let world: LocalClerkWorld;
  let clock: Clock;
  beforeEach(async () => {
    receiver = await createWebhookReceiver();
    const startedAt = Date.now();
    clock = createClock(() => startedAt);
    world = await createLocalClerkWorld({ webhookUrls: [receiver.url], clock });
  });
  afterEach(async () => {
    await world.close();
    await receiver.close();
  });
  const change = () =>
    world.api('POST', '/users', {
      email_address: [`n${Math.random()}@example.com`],
      skip_password_requirement: true,
    });
  const newest = async () => (await world.control('GET', '/deliveries?limit=1')).json.deliveries[0];
  /** The result of attempt number `count` is written. */
  const attempted = async (count: number) => {
    await expect
      .poll(async () => (await newest()).attempts.length, { timeout: 15_000 })
      .toBe(count);
    return newest();
  };

  it('tries eight times in 27 h 35 min with the same svix-id, then gives up', async () => {
    receiver.answer = () => ({ status: 500, body: 'down' });
    await change();
    for (const [index, waitMs] of waitsMs.entries()) {
      const delivery = await attempted(index + 1);
      expect(delivery).toMatchObject({ status: 'pending', nextAttemptAt: clock.now() + waitMs });
      clock.advance(waitMs - 1);
      expect((await newest()).attempts).toHaveLength(index + 1);
      clock.advance(1);
    }
    const given = await attempted(8);
    expect(given).toMatchObject({ status: 'failed', nextAttemptAt: null });
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(clock.offsetMs()).toBe(27 * hourMs + 35 * minuteMs + 5 * secondMs);
    clock.advance(100 * hourMs);
    expect((await newest()).attempts).toHaveLength(8);
  });

  it('stops retrying as soon as an attempt succeeds', async () => {
    receiver.answer = (before) => ({ status: before === 0 ? 503 : 204 });
    await change();
    await attempted(1);
    clock.advance(5 * secondMs);
    expect(await attempted(2)).toMatchObject({ status: 'delivered' });
  });

  it.each([301, 302, 307, 400, 404, 410, 500])(
    'counts %i as a failure and follows nothing',
    async (status) => {
      receiver.answer = () => ({ status, headers: { location: receiver.url } });
      await change();
      expect(await attempted(1)).toMatchObject({ status: 'pending', attempts: [{ status }] });
      expect(receiver.received).toHaveLength(1);
    },
  );

  it('goes on with the schedule after a restart', async () => {
    receiver.answer = () => ({ status: 500 });
    await change();
    await attempted(1);
    await world.restart();
    receiver.answer = () => ({ status: 200 });
    clock.advance(5 * secondMs);
    expect(await attempted(2)).toMatchObject({ status: 'delivered' });
    expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id);
  });

  it('sends again by hand at once, even while paused, without using up the schedule', async () => {
    receiver.answer = () => ({ status: 500 });
    await change();
    const { id } = await attempted(1);
    await world.control('POST', '/webhooks/mode', { mode: 'pause' });
    await world.control('POST', `/deliveries/${id}/resend`);
    const delivery = await attempted(2);
    expect(delivery).toMatchObject({
      status: 'pending',
      nextAttemptAt: clock.now() + 5 * secondMs,
    });
  });

  it('disables an endpoint that has failed for five days, says so, and takes it back by hand', async () => {
    receiver.answer = () => ({ status: 500 });
    await change();
    await attempted(1);
    clock.advance(5 * 24 * hourMs - 1);
    await attempted(2);
    const endpointOf = async () =>
      (await world.control('GET', '/status')).json.webhooks.endpoints[0];
    expect(await endpointOf()).toMatchObject({ disabledAt: null });
    clock.advance(5 * minuteMs);
    await expect
      .poll(async () => (await endpointOf()).disabledAt, { timeout: 15_000 })
      .toBe(clock.now());
    expect(await newest()).toMatchObject({ status: 'disabled' });
    const before = receiver.received.length;
    await change();
    expect(await newest()).toMatchObject({ status: 'disabled', attempts: [] });
    receiver.answer = () => ({ status: 200 });
    await world.control('POST', `/webhooks/endpoints/${(await endpointOf()).id}/enable`);
    await change();
    expect(await attempted(1)).toMatchObject({ status: 'delivered' });
    expect(receiver.received).toHaveLength(before + 1);
  });

  it('one success in between starts the five days anew', async () => {
    receiver.answer = (before) => ({ status: before === 1 ? 200 : 500 });
    await change();
    await attempted(1);
    clock.advance(4 * 24 * hourMs);
    await attempted(2);
    await change();
    await attempted(1);
    clock.advance(4 * 24 * hourMs);
    await attempted(2);
    const { endpoints } = (await world.control('GET', '/status')).json.webhooks;
    expect(endpoints[0].disabledAt).toBeNull();
  });
});
