import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** More presses than any page here needs from one end to the other. */
const pressesMax = 80;

/** A layer takes the focus a moment after it shows; what is pressed before goes to the page. */
async function focusIsOnTop(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const layers = document.querySelectorAll('[role=dialog], [role=alertdialog], [role=menu]');
    const top = [...layers].at(-1);
    return top === undefined || top.contains(document.activeElement);
  });
}

/** Whether it has the focus, and still has once what the last press set off is drawn. */
function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const now = () => element === document.activeElement;
    if (!now()) return false;
    return new Promise<boolean>((resolve) => {
      requestAnimationFrame(() => setTimeout(() => resolve(now())));
    });
  });
}

/** Presses `key` until the focus is on what is meant: as somebody does who has no mouse. */
export async function pressUntil(page: Page, key: string, target: Locator): Promise<void> {
  await target.waitFor();
  // What is disabled until something has arrived is passed over by Tab, and takes no key.
  await expect.poll(() => target.isEnabled()).toBe(true);
  await focusIsOnTop(page);
  for (let presses = 0; presses < pressesMax; presses += 1) {
    if (await isFocused(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never reached ${String(target)}`);
}

/** Tabs to a control and presses it. */
export async function tabAndPress(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await pressUntil(page, 'Tab', target);
  await page.keyboard.press(key);
}

/** Goes down an open menu to an item and takes it. */
export async function takeItem(page: Page, name: string | RegExp): Promise<void> {
  const item = page.getByRole('menuitem', { name, exact: typeof name === 'string' });
  await pressUntil(page, 'ArrowDown', item);
  await page.keyboard.press('Enter');
}
