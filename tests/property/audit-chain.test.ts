import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AuditContent,
  chainEntry,
  type ChainedEntry,
  genesis,
  sha256Hex,
  verifyChain,
} from '../../convex/model/audit';
import { canonicalJson } from '../../convex/model/canonicalJson';

const facts = fc.dictionary(
  fc.string(),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string())),
  { maxKeys: 3, noNullPrototype: true },
);
const content: fc.Arbitrary<AuditContent> = fc.record(
  {
    at: fc.nat(),
    action: fc.string(),
    actor: fc.string(),
    source: fc.constantFrom('console', 'clerk', 'cli', 'store'),
    target: fc.string(),
    before: facts,
    after: facts,
    alarm: fc.boolean(),
    correlationId: fc.string(),
  },
  { requiredKeys: ['at', 'action', 'actor', 'source', 'target', 'alarm', 'correlationId'] },
);

async function chain(contents: AuditContent[]): Promise<ChainedEntry[]> {
  const entries: ChainedEntry[] = [];
  for (const next of contents) entries.push(await chainEntry(entries.at(-1) ?? genesis, next));
  return entries;
}

const chains = (minLength: number) => fc.array(content, { minLength, maxLength: 8 });

describe('the audit chain', () => {
  test('verifies as written, in one go or page by page', async () => {
    await fc.assert(
      fc.asyncProperty(chains(0), fc.nat(8), async (contents, cut) => {
        const entries = await chain(contents);
        const last = entries.at(-1) ?? genesis;
        const whole = await verifyChain(genesis, entries);
        expect(whole).toEqual({ ok: true, head: { seq: last.seq, hash: last.hash } });
        const first = await verifyChain(genesis, entries.slice(0, cut));
        if (!first.ok) throw new Error('the first page fails');
        expect(await verifyChain(first.head, entries.slice(cut))).toEqual(whole);
      }),
    );
  });

  test('dropping an entry is found', async () => {
    await fc.assert(
      fc.asyncProperty(chains(2), fc.nat(), async (contents, at) => {
        const entries = await chain(contents);
        const index = at % (entries.length - 1);
        const dropped = entries.toSpliced(index, 1);
        expect(await verifyChain(genesis, dropped)).toEqual({
          ok: false,
          seq: index + 1,
          problem: 'gap',
        });
      }),
    );
  });

  test('swapping two entries is found, renumbered or not', async () => {
    await fc.assert(
      fc.asyncProperty(chains(2), fc.nat(), fc.boolean(), async (contents, at, renumber) => {
        const entries = await chain(contents);
        const i = at % (entries.length - 1);
        const [a, b] = [entries[i], entries[i + 1]];
        if (!a || !b) throw new Error('out of range');
        const swapped = entries.with(i, b).with(i + 1, a);
        const order = renumber ? swapped.map((e, n) => ({ ...e, seq: n + 1 })) : swapped;
        expect((await verifyChain(genesis, order)).ok).toBe(false);
      }),
    );
  });

  test('editing any field is found at that entry', async () => {
    const edits: ((entry: ChainedEntry) => ChainedEntry)[] = [
      (e) => ({ ...e, at: e.at + 1 }),
      (e) => ({ ...e, action: `${e.action}x` }),
      (e) => ({ ...e, actor: `${e.actor}x` }),
      (e) => ({ ...e, source: e.source === 'api' ? 'cli' : 'api' }),
      (e) => ({ ...e, target: `${e.target}x` }),
      (e) => ({ ...e, before: { ...e.before, added: 1 } }),
      (e) => ({ ...e, after: { ...e.after, added: 1 } }),
      (e) => ({ ...e, alarm: !e.alarm }),
      (e) => ({ ...e, correlationId: `${e.correlationId}x` }),
    ];
    await fc.assert(
      fc.asyncProperty(
        chains(1),
        fc.nat(),
        fc.constantFrom(...edits),
        async (contents, at, edit) => {
          const entries = await chain(contents);
          const index = at % entries.length;
          const entry = entries[index];
          if (!entry) throw new Error('out of range');
          const verdict = await verifyChain(genesis, entries.with(index, edit(entry)));
          expect(verdict).toEqual({ ok: false, seq: index + 1, problem: 'edited' });
        },
      ),
    );
  });

  test('re-hashing an edited entry breaks the link of the next one', async () => {
    await fc.assert(
      fc.asyncProperty(chains(2), async (contents) => {
        const [first, ...rest] = await chain(contents);
        if (!first) throw new Error('empty');
        const forged = await chainEntry(genesis, { ...first, actor: `${first.actor}!` });
        expect(await verifyChain(genesis, [forged, ...rest])).toEqual({
          ok: false,
          seq: 2,
          problem: 'brokenLink',
        });
      }),
    );
  });

  test('hashes are SHA-256 in hex', async () => {
    expect(await sha256Hex('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('canonical JSON', () => {
  test('does not depend on the order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reverseKeys(value))).toBe(text);
      }),
    );
  });

  test('refuses values nested without end instead of overflowing', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow(RangeError);
  });
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, reverseKeys(field)]),
  );
}
