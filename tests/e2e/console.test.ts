import { describe } from 'vitest';
import { useConsole } from '../support/console-world';
import { addressTests } from './console/addresses';
import { adminPageTests } from './console/admin-pages';
import { dashboardTests } from './console/dashboard';
import { everyPageTests } from './console/every-page';
import { stateTests } from './console/states';
import { userPageTests } from './console/user-page';

/** Issue 5, in one stack, one after the other: each leaves the pages as the next may find them. */
const ui = useConsole();

const suites = {
  'the dashboard, the palette and the keyboard': dashboardTests,
  'audit, webhooks, organizations, credentials and settings, by keyboard': adminPageTests,
  'what is looked at is in the address': addressTests,
  'the states of the pages': stateTests,
  'one person, many people and invitations, by keyboard': userPageTests,
  'every page for every role': everyPageTests,
};

describe.each(Object.entries(suites))('Issue 5: %s', (_name, define) => {
  define(ui);
});
