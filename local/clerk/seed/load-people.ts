import type { Clock } from '../clock';
import type { Database } from '../store/database';
import { readSetting, writeSetting } from '../store/settings';
import { insertEntity } from '../store/sqlite-store';
import { createIndexes, dropUserIndexes } from '../store/table-specs';
import { makePerson } from './people';

/** From this many on, building the indexes afterwards is faster than keeping them in step. */
const rebuildIndexesFrom = 20_000;

/** What a bulk load needs of a running local Clerk. */
export interface PeopleLoader {
  /** Adds so many made-up people in one transaction, without webhooks. */
  load(count: number): void;
}

/** The people continue where the last load ended, so that loading twice makes different people. */
export function createPeopleLoader(db: Database, clock: Clock): PeopleLoader {
  return {
    load(count) {
      const now = clock.now();
      db.transaction(() => {
        const { loaded } = readSetting(db, 'people', { loaded: 0 });
        const rebuild = count >= rebuildIndexesFrom;
        if (rebuild) dropUserIndexes(db);
        for (let index = loaded; index < loaded + count; index += 1) {
          insertEntity(db, 'users', makePerson(index, now));
        }
        if (rebuild) createIndexes(db);
        writeSetting(db, 'people', { loaded: loaded + count });
      });
      db.exec('PRAGMA optimize; ANALYZE');
    },
  };
}
