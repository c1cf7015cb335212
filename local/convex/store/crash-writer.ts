/**
 * Child of the crash test: writes without end and prints each acknowledged number on a line of
 * its own. Run as `node --import tsx crash-writer.ts <folder>`.
 */
import { writeSync } from 'node:fs';
import { schemaOf } from './test-schema';
import { openStore } from './open-store';

const folder = process.argv[2];
if (folder === undefined) throw new Error('Usage: crash-writer.ts <folder>');
const store = openStore({ folder });
await store.write((tx) =>
  tx.applySchema(
    '',
    schemaOf({
      pairs: {
        indexes: { byN: ['n'], byMod: ['mod', 'n'] },
        searchIndexes: { search: { searchField: 'text' } },
      },
    }),
  ),
);

/** One transaction: two documents that belong together, a change and a removal of older ones. */
async function writePair(n: number, ids: Map<number, [string, string]>): Promise<void> {
  const { value } = await store.write((tx): [string, string] => {
    const scope = tx.namespace('');
    const old = ids.get(n - 10);
    if (old) {
      scope.patch(old[0], { mod: -1 });
      scope.delete(old[1]);
    }
    tx.system.set('acknowledged', 'last', n);
    const fields = { n, mod: n % 7, text: `pair number${n}` };
    return [
      scope.insert('pairs', { ...fields, half: 1 }),
      scope.insert('pairs', { ...fields, half: 2 }),
    ];
  });
  ids.set(n, value);
  writeSync(1, `${n}\n`);
}

const ids = new Map<number, [string, string]>();
for (let n = 1; ; n += 4) {
  await Promise.all([n, n + 1, n + 2, n + 3].map((each) => writePair(each, ids)));
}
