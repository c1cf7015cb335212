import { describe, expect, it } from 'vitest';
import { transactionLimits } from './limits';
import { fullScan, indexRange, temporaryStore } from './test-store';

const code = (expected: string) => expect.objectContaining({ code: expected });

/** Tens of thousands of documents are written first. */
const timeoutMs = 60_000;

describe('limits of a transaction', { timeout: timeoutMs }, () => {
  it('count documents read across nested calls', async () => {
    const store = temporaryStore();
    const perBatch = transactionLimits.documentsRead / 2;
    for (const batch of [perBatch, perBatch, 1]) {
      await store.write((tx) => {
        for (let n = 0; n < batch; n++) tx.namespace('').insert('items', {});
      });
    }
    const attempt = store.read((tx) => {
      const stream = tx.namespace('').queryStream(fullScan('items'));
      while (stream.next() !== null);
    });
    await expect(attempt).rejects.toThrow(code('LimitExceeded'));
    await expect(attempt).rejects.toThrow(`limit: ${transactionLimits.documentsRead}`);
  });

  it('count documents and bytes written, and ranges read', async () => {
    const store = temporaryStore();
    const many = store.write((tx) => {
      for (let n = 0; n <= transactionLimits.documentsWritten; n++) {
        tx.namespace('').insert('items', {});
      }
    });
    await expect(many).rejects.toThrow(/Too many writes in a single function execution/);
    const large = store.write((tx) => {
      for (let n = 0; n < 17; n++) tx.namespace('').insert('items', { x: 'x'.repeat(1_000_000) });
    });
    await expect(large).rejects.toThrow(/Too many bytes written/);
    const ranges = store.read((tx) => {
      for (let n = 0; n <= transactionLimits.rangesRead; n++) {
        tx.namespace('').queryStream(indexRange('items.by_id'));
      }
    });
    await expect(ranges).rejects.toThrow(/Too many reads in a single function execution/);
  });
});
