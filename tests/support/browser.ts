import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Quiet, loopback-only Chromium: no background requests that could leave the machine. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `BROWSER_SLOWDOWN=6`: pages run so many times slower, as on a busy or an old machine. */
const slowdown = Number(process.env.BROWSER_SLOWDOWN ?? 1);

async function slowDown(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
}

const howToGetOne =
  'The browser tests need Chromium. Install it (Debian, Ubuntu: `sudo apt-get install chromium`; ' +
  'macOS: `brew install --cask chromium`) or set CHROMIUM_PATH to the executable of a Chromium or Chrome.';

function installedChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which does not exist. ${howToGetOne}`);
  }
  return usualPaths.find((candidate) => existsSync(candidate));
}

const aptGet = '/usr/bin/apt-get';

/** Debian's package, only where it can be installed without asking: as root with apt at hand. */
function installWithApt(): void {
  if (process.getuid?.() !== 0 || !existsSync(aptGet)) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync(aptGet, ['update', '-qq'], { env, stdio: 'ignore' });
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  // The lock wait lets test files that start together share one installation.
  spawnSync(aptGet, ['-o', 'DPkg::Lock::Timeout=300', ...install], { env, stdio: 'inherit' });
}

/** The Chromium to use: `CHROMIUM_PATH`, the usual places, else Debian's package when root. */
export function chromiumPath(): string {
  const present = installedChromium();
  if (present !== undefined) return present;
  installWithApt();
  const installed = installedChromium();
  if (installed !== undefined) return installed;
  throw new Error(howToGetOne);
}

export interface ContextOptions {
  /** CSS pixels; default 1280 x 800. */
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  /** What a context like this one had kept: cookies and storage. */
  storageState?: Awaited<ReturnType<BrowserContext['storageState']>>;
}

export interface TestBrowser {
  /** A person with no cookies and no storage yet; isolated from every other context. */
  newContext(options?: ContextOptions): Promise<BrowserContext>;
  /** A page of a new context. */
  newPage(options?: ContextOptions): Promise<Page>;
  close(): Promise<void>;
}

/**
 * Starts Chromium with a fresh profile that `close` removes. Start one per test file and give each
 * test its own context. Waits inside pages end after 30 s, so a failure never hangs a run.
 */
export async function launchBrowser(): Promise<TestBrowser> {
  const executablePath = chromiumPath();
  const home = await mkdtemp(path.join(tmpdir(), 'rollcall-chromium-'));
  // HOME keeps Chromium's crash and cache folders out of the user's; Playwright makes the profile.
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home };
  const browser = await chromium.launch({ executablePath, args: flags, env });
  const newContext = async (options: ContextOptions = {}) => {
    const { width = 1280, height = 800, colorScheme = 'light', storageState } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      ...(storageState && { storageState }),
      reducedMotion: 'reduce',
      locale: 'en-US',
    });
    context.setDefaultTimeout(30_000);
    // A page that is closed already cannot be slowed down.
    if (slowdown > 1) context.on('page', (page) => void slowDown(page).catch(() => undefined));
    return context;
  };
  return {
    newContext,
    newPage: async (options) => (await newContext(options)).newPage(),
    close: async () => {
      await browser.close();
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
