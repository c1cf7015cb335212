import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalReasons } from '../../src/shared/webhook-health';
import { type HealthFacts, judgeHealth, type Missed } from './judgeHealth';

const minuteMs = 60_000;
const now = 1_000 * minuteMs;
const ago = (minutes: number) => now - minutes * minuteMs;
const missing = (minutes: number, kind = 'user'): Missed => ({
  kind,
  externalId: `${kind}_${minutes}`,
  changedAt: ago(minutes),
});

const well: HealthFacts = {
  now,
  hasSecret: true,
  missed: [],
  refusals: [],
  lastDeliveryAt: ago(30),
};

describe('the health of webhooks', () => {
  test.each<[string, Partial<HealthFacts>, ReturnType<typeof judgeHealth>]>([
    ['nothing is missing', {}, { state: 'healthy' }],
    [
      'nothing is missing, nothing came for long',
      { lastDeliveryAt: ago(5_000) },
      { state: 'quiet' },
    ],
    [
      'nothing ever arrived',
      { lastDeliveryAt: undefined },
      { state: 'unknown', cause: 'neverArrived' },
    ],
    [
      'Clerk could not be asked',
      { notAsked: '401' },
      { state: 'unknown', cause: 'clerkNotAsked', detail: '401' },
    ],
    ['no secret', { hasSecret: false }, { state: 'dead', cause: 'noSecret', deadSince: now }],
    [
      'missing for a few minutes',
      { missed: [missing(3)] },
      { state: 'late', cause: 'endpointDisabled' },
    ],
    [
      'missing for long',
      { missed: [missing(15)] },
      { state: 'dead', cause: 'endpointDisabled', deadSince: now },
    ],
    [
      'missing, and nothing ever arrived',
      { missed: [missing(15)], lastDeliveryAt: undefined },
      { state: 'dead', cause: 'neverArrived', deadSince: now },
    ],
    [
      'the address does not answer',
      { missed: [missing(15)], unreachable: 'http://x answers 404' },
      { state: 'dead', cause: 'routeUnreachable', detail: 'http://x answers 404', deadSince: now },
    ],
    [
      'another instance sends',
      { missed: [missing(15)], lastForeignAt: ago(2) },
      { state: 'dead', cause: 'wrongInstance', deadSince: now },
    ],
    [
      'events fail to be applied',
      { missed: [missing(15)], lastFailureAt: ago(2) },
      { state: 'dead', cause: 'eventsFailing', deadSince: now },
    ],
    [
      'others arrived since',
      { missed: [missing(60), missing(61, 'organization')] },
      { state: 'late', cause: 'someMissing' },
    ],
    [
      'those of one kind never do',
      { missed: [missing(60, 'organization'), missing(90, 'organization')] },
      { state: 'late', cause: 'eventsNotSubscribed' },
    ],
    [
      'healed by a sync, and still no event',
      { deadSince: ago(20) },
      { state: 'dead', cause: 'endpointDisabled', deadSince: ago(20) },
    ],
    ['an event came after all', { deadSince: ago(60) }, { state: 'healthy' }],
  ])('%s', (_, facts, verdict) => {
    expect(judgeHealth({ ...well, ...facts })).toEqual(verdict);
  });

  test.each([
    ['badSignature', 'wrongSecret'],
    ['clockSkew', 'clockSkew'],
    ['malformed', 'malformed'],
    ['tooLarge', 'malformed'],
  ] as const)('refused for %s: the cause is %s', (reason, cause) => {
    const facts = { ...well, missed: [missing(15)] };
    const refused = judgeHealth({ ...facts, refusals: [{ reason, lastAt: ago(3) }] });
    expect(refused).toMatchObject({ state: 'dead', cause });
    // Before the last event that got through a refusal explains nothing after it.
    const long = judgeHealth({ ...facts, refusals: [{ reason, lastAt: ago(40) }] });
    expect(long).toMatchObject({ state: 'dead', cause: 'endpointDisabled' });
  });

  test('is total; whatever is not well has a cause; dead and deadSince go together', () => {
    const time = fc.option(fc.integer({ min: now - 10_000 * minuteMs, max: now }), {
      nil: undefined,
    });
    const facts = fc.record({
      now: fc.constant(now),
      hasSecret: fc.boolean(),
      notAsked: fc.option(fc.constant('why'), { nil: undefined }),
      missed: fc.array(fc.integer({ min: 2, max: 200 }).map((minutes) => missing(minutes))),
      lastDeliveryAt: time,
      lastForeignAt: time,
      lastFailureAt: time,
      deadSince: time,
      unreachable: fc.option(fc.constant('url'), { nil: undefined }),
      refusals: fc.array(
        fc.record({ reason: fc.constantFrom(...refusalReasons), lastAt: fc.nat(now) }),
      ),
    });
    fc.assert(
      fc.property(facts, (known) => {
        const verdict = judgeHealth(known);
        const isWell = verdict.state === 'healthy' || verdict.state === 'quiet';
        expect(verdict.cause === undefined).toBe(isWell);
        expect(verdict.state !== 'dead' || verdict.deadSince !== undefined).toBe(true);
        expect(isWell && verdict.deadSince !== undefined).toBe(false);
      }),
    );
  });
});
