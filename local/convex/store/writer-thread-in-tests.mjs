/** The thread that writes, from TypeScript: Node by itself runs no thread from that. */
import { register } from 'tsx/esm/api';

register();
await import('./writer-thread.ts');
