import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Listeners {
  request: RequestListener;
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/**
 * Ports are claimed before the data is opened, and clients come as soon as they are: after a
 * restart all at once. Nobody would hear them, and Node.js leaves a request that nobody heard
 * without an answer for as long as its client waits. So they are kept until what this returns is
 * called with who serves them.
 */
export function holdRequests(server: Server): (listeners: Listeners) => void {
  const held: ((listeners: Listeners) => void)[] = [];
  const onRequest: RequestListener = (request, response) => {
    held.push((listeners) => listeners.request(request, response));
  };
  const onUpgrade: Listeners['upgrade'] = (request, socket, head) => {
    // An error of a connection that nobody has yet would end the process.
    socket.on('error', () => socket.destroy());
    held.push(({ upgrade }) => {
      if (upgrade) upgrade(request, socket, head);
      else socket.destroy();
    });
  };
  server.on('request', onRequest);
  server.on('upgrade', onUpgrade);
  return (listeners) => {
    server.off('request', onRequest);
    server.off('upgrade', onUpgrade);
    server.on('request', listeners.request);
    if (listeners.upgrade) server.on('upgrade', listeners.upgrade);
    for (const serve of held.splice(0)) serve(listeners);
  };
}
