import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InlineWriter } from './batch-writer';
import type { Commit } from './contract';
import { DatabaseFile } from './database-file';
import { SerialStore } from './serial-store';
import { partsOn, temporaryFolder } from './test-store';

const code = (expected: string) => expect.objectContaining({ code: expected });

/** A file whose next commit fails, as on a full disk. */
class FailingFile extends DatabaseFile {
  failsNextCommit = false;

  override exec(sql: string): void {
    if (sql === 'COMMIT' && this.failsNextCommit) {
      this.failsNextCommit = false;
      throw new Error('database or disk is full');
    }
    super.exec(sql);
  }
}

describe('a commit that fails', () => {
  it('rejects every transaction of its batch, reads included, and keeps nothing of them', async () => {
    const file = new FailingFile(temporaryFolder());
    const store = new SerialStore(partsOn(file), new InlineWriter(file));
    onTestFinished(() => store.close());
    // A batch ends after some time; on a busy machine the three would not share one.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    onTestFinished(() => clock.mockRestore());
    const heard = vi.fn<(commit: Commit) => void>();
    store.onCommit(heard);
    file.failsNextCommit = true;
    const outcomes = await Promise.allSettled([
      store.write((tx) => tx.namespace('').insert('items', { n: 1 })),
      store.read((tx) => tx.namespace('').count('items')),
      store.write((tx) => tx.namespace('').insert('items', { n: 2 })),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toEqual({ status: 'rejected', reason: code('CommitFailed') });
    }
    await store.write((tx) => tx.namespace('').insert('others', { n: 3 }));
    const { value } = await store.read((tx) => tx.namespace('').tables());
    expect(value).toEqual(['others']);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
  });
});
