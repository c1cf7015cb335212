import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InlineWriter, type Landed, type Work } from './batch-writer';
import { DatabaseFile } from './database-file';
import { SerialStore } from './serial-store';
import { partsOn, temporaryFolder } from './test-store';

/** Counts what goes its way: to another thread, outside of tests. */
class CountingWriter extends InlineWriter {
  works = 0;

  override write(work: Work, landed: Landed): void {
    this.works += 1;
    super.write(work, landed);
  }
}

/** A store that is asked for nothing else than what the test does, unless `isQuiet` says so. */
function storeWith(isQuiet: boolean) {
  const file = new DatabaseFile(temporaryFolder());
  const writer = new CountingWriter(file);
  const store = new SerialStore(partsOn(file), writer, { isQuiet: () => isQuiet });
  onTestFinished(() => store.close());
  // A batch ends after some time; on a busy machine two would not share one.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  onTestFinished(() => clock.mockRestore());
  return { store, writer };
}

describe('where a transaction is saved', () => {
  it.each([
    { what: 'one alone', texts: ['x'], isQuiet: true, works: 0 },
    { what: 'one while others ask', texts: ['x'], isQuiet: false, works: 1 },
    { what: 'one with much to write', texts: ['x'.repeat(20_000)], isQuiet: true, works: 1 },
    { what: 'two of a batch', texts: ['x', 'y'], isQuiet: true, works: 1 },
  ])('$what: by the writer $works times', async ({ texts, isQuiet, works }) => {
    const { store, writer } = storeWith(isQuiet);
    await Promise.all(
      texts.map((text) => store.write((tx) => tx.namespace('').insert('items', { text }))),
    );
    expect(writer.works).toBe(works);
    const { value } = await store.read((tx) => tx.namespace('').count('items'));
    expect(value).toBe(texts.length);
  });
});
