import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { rootDir } from '../support/steps';

/**
 * Convex gives every call fresh modules, the local runtime keeps them: what a function leaves in
 * one would be there on one of the two only (docs/guides/local-stack.md).
 */
const folders = ['convex', 'src/shared'];

/** A variable, or a container that begins empty, outside of any function. Keys of a `WeakMap` go. */
const state =
  /^(?:export )?(?:let|var) (\w+)|^(?:export )?const (\w+)[^=\n]*= (?:new (?:Map|Set)(?:<.*>)?\(\)|\[\]|\{\});/gm;

const allowed = [
  // What follows from a secret alone, remembered.
  'convex/model/signingSecrets.ts: known',
  'convex/model/webhookRequest.ts: verifiers',
  // Counted in actions alone, and worth no more than a few seconds' counts.
  'convex/model/webhookTally.ts: usedAt',
  'convex/model/webhookTally.ts: refused',
  'convex/model/webhookTally.ts: refusalsWrittenAt',
];

it('nothing that a function leaves in a module is missed in a fresh one', () => {
  const found = folders.flatMap((folder) =>
    readdirSync(path.join(rootDir, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/_generated|\.test\./.test(file))
      .flatMap((file) => {
        const text = readFileSync(path.join(rootDir, folder, file), 'utf8');
        return [...text.matchAll(state)].map(
          ([, variable, container]) => `${folder}/${file}: ${variable ?? container}`,
        );
      }),
  );
  expect(found.sort()).toEqual(allowed.sort());
});
