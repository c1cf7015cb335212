import { createIsomorphicFn } from '@tanstack/react-start';
import { serverEnv } from './env.server';

/** What the browser must know, decided by the server at run time; nothing here is secret. */
export interface RuntimeConfig {
  convexUrl: string;
  clerk: {
    publishableKey: string;
    proxyUrl?: string;
    jsUrl?: string;
    uiUrl?: string;
    /** Absent on the real Clerk, whose dashboard is always at the same address. */
    dashboardUrl?: string;
  };
}

declare global {
  interface Window {
    /** Written by the inline script of the document head, before any module runs. */
    __rollcall?: RuntimeConfig;
  }
}

/** The run-time configuration, on the server from its environment, in the browser from the page. */
export const runtimeConfig = createIsomorphicFn()
  .server((): RuntimeConfig => {
    const env = serverEnv();
    return {
      convexUrl: env.CONVEX_URL,
      clerk: {
        publishableKey: env.CLERK_PUBLISHABLE_KEY,
        proxyUrl: env.CLERK_PROXY_URL,
        jsUrl: env.CLERK_JS_URL,
        uiUrl: env.CLERK_UI_URL,
        dashboardUrl: env.CLERK_DASHBOARD_URL,
      },
    };
  })
  .client((): RuntimeConfig => {
    if (!window.__rollcall) throw new Error('The page came without its configuration. Reload it.');
    return window.__rollcall;
  });
