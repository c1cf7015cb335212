/** A short message about something that was done, or could not be. */
export interface Notification {
  kind: 'success' | 'error';
  title: string;
  description?: string | undefined;
  /** What can be done about it, as long as the message shows. */
  action?: { label: string; run: () => void } | undefined;
}

type Show = (notification: Notification) => void;

const waiting: Notification[] = [];
const listeners = new Set<() => void>();
let show: Show | undefined;
let wanted = false;

/** Shows a message; the first one brings the part of the page that can show it. */
export function notify(notification: Notification): void {
  if (show) {
    show(notification);
    return;
  }
  waiting.push(notification);
  wanted = true;
  for (const listener of listeners) listener();
}

/** For the part that shows: takes over what came before it was there. */
export function takeNotifications(next: Show): () => void {
  show = next;
  for (const notification of waiting.splice(0)) next(notification);
  return () => {
    show = undefined;
  };
}

/** Whether any message was ever sent, as an external store. */
export const notificationsWanted = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: () => wanted,
};
