import type { ClerkServices } from '../services';

/** From where and when a resource is looked at: decides absolute addresses, ages and secrecy. */
export interface View {
  /** Base address of the local Clerk, for images. */
  url: string;
  now: number;
  /** `frontend` leaves out what browsers must never see (`private_metadata`). */
  audience: 'backend' | 'frontend';
}

export function viewOf(services: ClerkServices, audience: View['audience']): View {
  return { url: services.url, now: services.clock.now(), audience };
}

/** Images of the local Clerk are stored as paths, so that they survive a change of its port. */
export function absoluteUrl(path: string, view: Pick<View, 'url'>): string {
  return path.startsWith('/') ? view.url + path : path;
}
