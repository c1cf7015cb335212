import { expect, it } from 'vitest';
import type { ConsoleWorld } from '../../support/console-world';

/** What is chosen in a control, and the name that the address has for it. */
interface Choice {
  control: string;
  name: string;
  option: string;
}

const choices: Record<string, Choice[]> = {
  '/admin/users': [
    { control: 'Role', name: 'role', option: 'staff' },
    { control: 'State', name: 'state', option: 'deactivated' },
    { control: 'Sync with Clerk', name: 'sync', option: 'differs' },
  ],
  '/admin/audit': [
    { control: 'Source', name: 'source', option: 'clerk' },
    { control: 'Action', name: 'action', option: 'role.changed' },
  ],
  '/admin/webhooks': [
    { control: 'Outcome', name: 'outcome', option: 'stale' },
    { control: 'Type', name: 'type', option: 'user.created' },
  ],
  '/admin/organizations': [{ control: 'Status', name: 'status', option: 'deleted' }],
};

/** D4: filters, order and place are in the address: they survive a reload and go back with Back. */
export function addressTests(ui: ConsoleWorld): void {
  it.each(Object.entries(choices))('%s: what it is narrowed to', async (address, controls) => {
    await ui.visit(address);
    const control = (label: string) => ui.page.getByRole('combobox', { name: label, exact: true });
    const inAddress = (name: string) => new URL(ui.page.url()).searchParams.get(name);
    const before: string[] = [];
    for (const { control: label, name, option } of controls) {
      before.push(await control(label).inputValue());
      await control(label).selectOption(option);
      await expect.poll(() => inAddress(name)).toBe(option);
    }
    await ui.page.reload();
    for (const { control: label, option } of controls) {
      await expect.poll(() => control(label).inputValue()).toBe(option);
    }
    for (const { control: label, name } of controls.toReversed()) {
      await ui.page.goBack();
      await expect.poll(() => inAddress(name)).toBeNull();
      await expect.poll(() => control(label).inputValue()).toBe(before.pop());
    }
  });

  it('/admin/users: the order of the list', async () => {
    await ui.visit('/admin/users');
    const header = ui.page.getByRole('columnheader', { name: 'Created' });
    await header.getByRole('button').press('Enter');
    await ui.page.waitForURL(/sort=createdAt&order=desc/);
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    await ui.page.reload();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    await ui.page.goBack();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('none');
  });

  /** Disabled while the list is on its way, and a disabled button takes no key. */
  async function turnPage(name: 'Next' | 'Previous'): Promise<void> {
    const button = ui.page.getByRole('button', { name });
    await expect.poll(() => button.isEnabled()).toBe(true);
    await button.press('Enter');
  }

  it('/admin/audit: days, alarms and pages', async () => {
    await ui.visit('/admin/audit');
    await ui.page.getByLabel('From').fill('2026-01-02');
    await ui.page.waitForURL(/from=2026-01-02/);
    await ui.page.getByRole('button', { name: 'Alarms' }).press('Enter');
    await ui.page.waitForURL(/alarm=true/);
    await ui.page.reload();
    await expect.poll(() => ui.page.getByLabel('From').inputValue()).toBe('2026-01-02');
    const alarms = ui.page.getByRole('button', { name: 'Alarms' });
    await expect.poll(() => alarms.getAttribute('aria-pressed')).toBe('true');
    await ui.page.goBack();
    await expect.poll(() => alarms.getAttribute('aria-pressed')).toBe('false');
    await ui.page.goBack();
    await expect.poll(() => ui.page.getByLabel('From').inputValue()).toBe('');

    // What the suites before have done fills more than one page.
    const first = ui.page.getByRole('list', { name: 'Entries' }).getByRole('listitem').first();
    const newest = await first.textContent();
    await turnPage('Next');
    await ui.page.waitForURL(/page=2/);
    await ui.page.getByText('Page 2').waitFor();
    await expect.poll(() => first.textContent()).not.toBe(newest);
    const second = await first.textContent();
    await ui.page.reload();
    await expect.poll(() => first.textContent()).toBe(second);
    await turnPage('Previous');
    await ui.page.getByText('Page 1').waitFor();
    await expect.poll(() => first.textContent()).not.toBe(second);
    await ui.page.waitForURL((url) => url.search === '');
  });
}
