import type { Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser, type ContextOptions, type TestBrowser } from './browser';
import { CredentialServices } from './credential-services';
import { LiveTap } from './live-tap';
import { alive } from './rollcall-page';
import { signInAs } from './sign-in';
import { startStack, type World } from './stack-world';

export const demoPassword = 'rollcall-demo';

/** A push takes one round through the outbox; a busy machine takes its time. */
export const arrival = { timeout: 30_000 };

/** The product with a superadmin in front of it, for several suites that are gentle to each other. */
export class ConsoleWorld {
  /** What credentials are tested against. */
  readonly services = new CredentialServices();
  /** What the browsers of those who signed in have kept, by email. */
  private readonly kept = new Map<string, ContextOptions['storageState']>();
  private started: { world: World; chromium: TestBrowser; page: Page; tap: LiveTap } | undefined;

  async start(): Promise<void> {
    await this.services.start();
    await this.startStack();
  }

  private async startStack(): Promise<void> {
    const [world, chromium] = await Promise.all([startStack(), launchBrowser()]);
    const page = await chromium.newPage();
    const tap = await LiveTap.on(page, world.convexUrl);
    this.started = { world, chromium, page, tap };
    await signInAs(page, world.webUrl, {
      email: 'superadmin@rollcall.test',
      password: demoPassword,
    });
  }

  async stop(): Promise<void> {
    await this.stopStack();
    this.services.stop();
  }

  private async stopStack(): Promise<void> {
    const { started } = this;
    this.started = undefined;
    this.kept.clear();
    await started?.chromium.close();
    await started?.world.stop();
  }

  /** In place of what a first try has left behind, where a second one needs all of it untouched. */
  async startAnew(): Promise<void> {
    await this.stopStack();
    await this.startStack();
  }

  private get parts() {
    if (!this.started) throw new Error('the console has not been started yet');
    return this.started;
  }

  get world(): World {
    return this.parts.world;
  }

  /** The page of the superadmin; every suite uses it and leaves it in order. */
  get page(): Page {
    return this.parts.page;
  }

  /** In the live connection of that page. */
  get tap(): LiveTap {
    return this.parts.tap;
  }

  /** A page of somebody who is not signed in. */
  newPage(options?: Parameters<TestBrowser['newPage']>[0]): Promise<Page> {
    return this.parts.chromium.newPage(options);
  }

  /** As somebody who was here before, where they were; whoever was banned meanwhile signs in again. */
  async signedIn(email: string): Promise<Page> {
    const storageState = this.kept.get(email);
    const page = await this.newPage(storageState && { storageState });
    if (storageState) await page.goto(`${this.world.webUrl}/dashboard`);
    if (!storageState || new URL(page.url()).pathname !== '/dashboard') {
      await signInAs(page, this.world.webUrl, { email, password: demoPassword });
    }
    this.kept.set(email, await page.context().storageState());
    return page;
  }

  /** Opens an address in the superadmin's page and waits until it answers to keys. */
  async visit(address: string): Promise<void> {
    await this.page.goto(this.world.webUrl + address);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
    await alive(this.page);
  }

  /** A part of the page by its name. */
  part(name: string) {
    return this.page.getByRole('region', { name, exact: true });
  }
}

/** Starts one before the tests of the file and ends it after them. */
export function useConsole(): ConsoleWorld {
  const console = new ConsoleWorld();
  beforeAll(() => console.start(), 180_000);
  afterAll(() => console.stop());
  return console;
}
