import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkSchedule, checkSync, type ReconcileSchedule } from './check-sync';

afterEach(() => vi.unstubAllGlobals());

const hourMs = 3_600_000;
const when = (atMs: number) => `t${atMs}`;

function health(states: Record<string, 'ok' | 'missing' | 'malformed'> = {}) {
  const all = { CLERK_SECRET_KEY: 'ok', API_TOKEN_SIGNING_KEY: 'ok', ...states } as const;
  return {
    settings: Object.entries(all).map(([name, state]) => {
      return { name, state, required: false, remedy: '' };
    }),
  };
}

function schedule(changes: Partial<ReconcileSchedule> = {}): ReconcileSchedule {
  const ran = { lastRunAt: 5, outcome: 'ok', nextRunAt: 9 };
  return { everyMs: 24 * hourMs, ...ran, ...changes };
}

describe('F2, A10: the scheduled synchronisation', () => {
  test.each([
    ['ran and is due again', schedule(), {}, 'ok', 'every 24 h; last t5, next t9'],
    [
      'is not due yet',
      schedule({ lastRunAt: null, outcome: null, nextRunAt: null }),
      {},
      'ok',
      'every 24 h; not due yet since this deployment began',
    ],
    [
      'says why it did not run',
      schedule({ outcome: 'skipped', why: 'Another synchronisation is running' }),
      {},
      'warning',
      'every 24 h; last t5, next t9; it did not run: Another synchronisation is running',
    ],
    [
      'cannot run without a key',
      schedule(),
      { CLERK_SECRET_KEY: 'missing' as const },
      'warning',
      'the deployment has no usable key of its own, so it cannot run',
    ],
    ['is not there', null, {}, 'problem', 'there is none'],
  ])('%s', (...[, found, states, state, detail]) => {
    const finding = checkSchedule({ health: health(states), schedule: found, when });
    expect(finding).toMatchObject({ id: 'sync.schedule', state, detail });
    expect(finding.remedy === undefined).toBe(state === 'ok');
  });
});

describe('F2: the key of API tokens', () => {
  async function tokens(state: 'ok' | 'missing' | 'malformed', answer: () => Promise<Response>) {
    vi.stubGlobal('fetch', answer);
    const settings = { values: { CONVEX_SITE_URL: 'http://site.test/' } };
    const asked = { health: health({ API_TOKEN_SIGNING_KEY: state }), schedule: null, when };
    return (await checkSync(settings, asked))[1];
  }
  const answers = (body: object) => async () => await Promise.resolve(Response.json(body));

  test('off is in order; malformed, unpublished and unreachable are not', async () => {
    const published = answers({ keys: [{}] });
    expect(await tokens('missing', published)).toMatchObject({ id: 'tokens.key', state: 'ok' });
    expect(await tokens('ok', published)).toMatchObject({
      state: 'ok',
      detail: 'on, key set at http://site.test/api-token/jwks.json',
    });
    expect(await tokens('malformed', published)).toMatchObject({ state: 'problem' });
    expect(await tokens('ok', answers({ keys: [] }))).toMatchObject({ state: 'problem' });
    const silent = async () => await Promise.reject(new Error('connect refused'));
    expect(await tokens('ok', silent)).toMatchObject({ state: 'problem' });
  });
});
