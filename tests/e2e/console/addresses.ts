import { expect, it } from 'vitest';
import type { ConsoleWorld } from '../../support/console-world';

interface Choice {
  address: string;
  /** The control by its name, and what is chosen in it. */
  control: string;
  option: string;
  /** As the address then has it. */
  search: string;
}

const choices: Choice[] = [
  { address: '/admin/users', control: 'Role', option: 'staff', search: '?role=staff' },
  {
    address: '/admin/users',
    control: 'State',
    option: 'deactivated',
    search: '?state=deactivated',
  },
  {
    address: '/admin/users',
    control: 'Sync with Clerk',
    option: 'differs',
    search: '?sync=differs',
  },
  { address: '/admin/audit', control: 'Source', option: 'clerk', search: '?source=clerk' },
  {
    address: '/admin/audit',
    control: 'Action',
    option: 'role.changed',
    search: '?action=role.changed',
  },
  { address: '/admin/webhooks', control: 'Outcome', option: 'stale', search: '?outcome=stale' },
  {
    address: '/admin/webhooks',
    control: 'Type',
    option: 'user.created',
    search: '?type=user.created',
  },
  {
    address: '/admin/organizations',
    control: 'Status',
    option: 'deleted',
    search: '?status=deleted',
  },
];

/** D4: filters, order and place are in the address: they survive a reload and go back with Back. */
export function addressTests(ui: ConsoleWorld): void {
  it.each(choices)('$address $search', async ({ address, control, option, search }) => {
    await ui.visit(address);
    const choice = ui.page.getByRole('combobox', { name: control, exact: true });
    const before = await choice.inputValue();
    await choice.selectOption(option);
    await ui.page.waitForURL((url) => url.search === search);
    await ui.page.reload();
    expect(await choice.inputValue()).toBe(option);
    await ui.page.goBack();
    await ui.page.waitForURL((url) => url.search === '');
    await expect.poll(() => choice.inputValue()).toBe(before);
  });

  it('/admin/users: the order of the list', async () => {
    await ui.visit('/admin/users');
    const header = ui.page.getByRole('columnheader', { name: 'Created' });
    await header.getByRole('button').press('Enter');
    await ui.page.waitForURL(/sort=createdAt&order=desc/);
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    await ui.page.reload();
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    await ui.page.goBack();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('none');
  });

  it('/admin/audit: days, alarms and pages', async () => {
    await ui.visit('/admin/audit');
    await ui.page.getByLabel('From').fill('2026-01-02');
    await ui.page.waitForURL(/from=2026-01-02/);
    await ui.page.getByRole('button', { name: 'Alarms' }).press('Enter');
    await ui.page.waitForURL(/alarm=true/);
    await ui.page.reload();
    expect(await ui.page.getByLabel('From').inputValue()).toBe('2026-01-02');
    const alarms = ui.page.getByRole('button', { name: 'Alarms' });
    expect(await alarms.getAttribute('aria-pressed')).toBe('true');
    await ui.page.goBack();
    await expect.poll(() => alarms.getAttribute('aria-pressed')).toBe('false');
    await ui.page.goBack();
    await expect.poll(() => ui.page.getByLabel('From').inputValue()).toBe('');

    const first = ui.page.getByRole('list', { name: 'Entries' }).getByRole('listitem').first();
    const newest = await first.textContent();
    await ui.page.getByRole('button', { name: 'Next' }).press('Enter');
    await ui.page.waitForURL(/page=2/);
    await ui.page.getByText('Page 2').waitFor();
    await expect.poll(() => first.textContent()).not.toBe(newest);
    const second = await first.textContent();
    await ui.page.reload();
    expect(await first.textContent()).toBe(second);
    await ui.page.getByRole('button', { name: 'Previous' }).press('Enter');
    await ui.page.getByText('Page 1').waitFor();
    await expect.poll(() => first.textContent()).not.toBe(second);
    expect(new URL(ui.page.url()).search).toBe('');
  });
}
