import { router } from '../../trpc';
import { importFernet } from './import-fernet';
import { rotate, rotation } from './rotate';
import { setActive } from './set-active';
import { store } from './store';
import { test } from './test';

export const credentialsRouter = router({ store, importFernet, setActive, test, rotation, rotate });
