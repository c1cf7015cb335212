import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../app-error';
import { open, seal, type Place } from './envelope';
import { keyRing, parseKeys, type KeyRing } from './key-ring';

const ringOf = (...seeds: number[]): Promise<KeyRing> =>
  keyRing(seeds.map((seed) => new Uint8Array(32).fill(seed)));
const here: Place = { organization: 'org_1', service: 'cliniko', recordId: 'r1' };

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'opened';
  } catch (error) {
    return error instanceof AppError ? error.body.code : String(error);
  }
}

const place = fc.record({
  organization: fc.string({ maxLength: 20 }),
  service: fc.string({ maxLength: 20 }),
  recordId: fc.string({ maxLength: 20 }),
});

describe('E6: the envelope of a credential', () => {
  it('opens where it was sealed, whatever the text', async () => {
    const ring = await ringOf(1);
    await fc.assert(
      fc.asyncProperty(place, fc.string({ unit: 'grapheme', maxLength: 300 }), async (at, text) => {
        expect(await open(ring, at, await seal(ring, at, text))).toBe(text);
      }),
      { numRuns: 100 },
    );
  });

  it('never gives the same envelope twice, and never the text', async () => {
    const ring = await ringOf(1);
    const envelopes = await Promise.all(
      Array.from({ length: 50 }, () => seal(ring, here, 'the-secret')),
    );
    expect(new Set(envelopes).size).toBe(50);
    expect(envelopes.join()).not.toContain('the-secret');
  });

  it('does not open anywhere else: another organization, service or row', async () => {
    const ring = await ringOf(1);
    await fc.assert(
      fc.asyncProperty(place, place, async (from, to) => {
        fc.pre(JSON.stringify(from) !== JSON.stringify(to));
        const envelope = await seal(ring, from, 'text');
        expect(await codeOf(open(ring, to, envelope))).toBe('CREDENTIAL_UNREADABLE');
      }),
      { numRuns: 100 },
    );
  });

  it('does not open with any one of its characters changed, cut or added', async () => {
    const ring = await ringOf(1);
    const envelope = await seal(ring, here, '{"api_key":"abcdefgh"}');
    for (let at = 0; at < envelope.length; at += 1) {
      for (const other of ['A', 'B', '_', '.']) {
        if (envelope[at] === other) continue;
        const changed = envelope.slice(0, at) + other + envelope.slice(at + 1);
        expect(await codeOf(open(ring, here, changed)), `at ${at}`).toBe('CREDENTIAL_UNREADABLE');
      }
      const cut = envelope.slice(0, at);
      expect(await codeOf(open(ring, here, cut))).toBe('CREDENTIAL_UNREADABLE');
    }
    expect(await codeOf(open(ring, here, `${envelope}A`))).toBe('CREDENTIAL_UNREADABLE');
  });

  it('the first key seals, every key of the ring opens, a key that left it does not', async () => {
    const old = await seal(await ringOf(1), here, 'text');
    const both = await ringOf(2, 1);
    expect(await open(both, here, old)).toBe('text');
    const fresh = await seal(both, here, 'text');
    expect(fresh.split('.')[1]).toBe(both[0].id);
    expect(await open(await ringOf(2), here, fresh)).toBe('text');
    expect(await codeOf(open(await ringOf(2), here, old))).toBe('CREDENTIAL_UNREADABLE');
  });

  it('an envelope that claims another key id does not open with the key it was sealed with', async () => {
    const both = await ringOf(2, 1);
    const [version, , ...rest] = (await seal(both, here, 'text')).split('.');
    const claimed = [version, both[1]?.id, ...rest].join('.');
    expect(await codeOf(open(both, here, claimed))).toBe('CREDENTIAL_UNREADABLE');
  });
});

describe('CREDENTIALS_ENCRYPTION_KEY', () => {
  const key = Buffer.alloc(32, 7);

  it('takes base64, base64url and hex, several of them', () => {
    const spelled = [key.toString('base64'), key.toString('base64url'), key.toString('hex')];
    expect(parseKeys(spelled.join(' '))).toEqual(Array(3).fill(Uint8Array.from(key)));
    expect(parseKeys(spelled.join(',\n'))).toHaveLength(3);
  });

  it.each(['', '   ', 'short', key.toString('base64').slice(4), `${key.toString('hex')}00`, 'a b'])(
    'refuses %j',
    (setting) => {
      expect(parseKeys(setting)).toBeUndefined();
    },
  );

  it('one bad key spoils the ring: none is left out silently', () => {
    expect(parseKeys(`${key.toString('base64')} hunter2`)).toBeUndefined();
  });
});
