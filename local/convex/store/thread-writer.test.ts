import { expect, it } from 'vitest';
import type { WriteTransaction } from './contract';
import { schemaOf } from './test-schema';
import { collect, fullScan, temporaryStore } from './test-store';

const writerProgram = new URL('writer-thread-in-tests.mjs', import.meta.url);
/** The thread is slower than what follows in some of them. */
const rounds = 12;
const indexNames = ['byN', 'byText'] as const;

/** So large that its beginning goes to the thread. */
function fail(tx: WriteTransaction): void {
  const text = 'x'.repeat(100_000);
  for (let n = 0; n < 10; n++) tx.namespace('').insert('notes', { n, text });
  throw new Error('changed its mind');
}

it('a large transaction that failed is out of the way of those that others write', async () => {
  const store = temporaryStore({ writerProgram, isQuiet: () => true });
  // Large enough for the thread, which has started once this is there.
  await store.write((tx) => tx.namespace('').insert('notes', { n: -1, text: 'x'.repeat(30_000) }));
  const wanted = [-1];
  for (let round = 0; round < rounds; round++) {
    await expect(store.write(fail)).rejects.toThrow('changed its mind');
    // One that is saved in this thread,
    await store.write((tx) => tx.namespace('').insert('notes', { n: round }));
    wanted.push(round);
    await expect(store.write(fail)).rejects.toThrow('changed its mind');
    // and one that works in the file itself.
    const index = indexNames[round % 2] ?? 'byN';
    const schema = schemaOf({ notes: { indexes: { [index]: [index === 'byN' ? 'n' : 'text'] } } });
    await store.write((tx) => tx.applySchema('', schema));
  }
  const { value } = await store.read((tx) => collect(tx.namespace(''), fullScan('notes')));
  expect(value.map(({ n }) => n)).toEqual(wanted);
});

it('once the thread has ended nothing is said to be saved', async () => {
  const ending = new URL('data:text/javascript,process.exit(3)');
  const store = temporaryStore({ writerProgram: ending });
  const refused = store.write((tx) => tx.namespace('').insert('notes', { n: 1 }));
  await expect(refused).rejects.toThrow(/the thread that writes has ended \(exit code 3\)/);
  const { value } = await store.read((tx) => tx.namespace('').count('notes'));
  expect(value).toBe(0);
});
