import { describe, expect, it } from 'vitest';
import { createSocketGate } from './gated-socket';

/** Records what a real socket would be told; opened and closed by hand. */
class FakeSocket {
  static made: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  sent: string[] = [];
  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  send(data: string): void {
    this.sent.push(data);
  }
}

function world() {
  FakeSocket.made = [];
  const gate = createSocketGate(FakeSocket as unknown as typeof WebSocket);
  return { gate, socket: new gate.Gated('ws://convex.test/sync') };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate before the live connection', () => {
  it('connects to nothing before it is opened', async () => {
    const { gate } = world();
    await settled();
    expect(FakeSocket.made).toEqual([]);
    gate.open();
    await settled();
    expect(FakeSocket.made.map(({ url }) => url)).toEqual(['ws://convex.test/sync']);
  });

  it('passes on what happens, to handlers set at any time', async () => {
    const { gate, socket } = world();
    gate.open();
    await settled();
    const seen: string[] = [];
    socket.onopen = () => seen.push('open');
    socket.onmessage = ({ data }: { data: string }) => seen.push(data);
    FakeSocket.made[0]?.onopen?.();
    FakeSocket.made[0]?.onmessage?.({ data: 'hello' });
    socket.send('out');
    expect(seen).toEqual(['open', 'hello']);
    expect(FakeSocket.made[0]?.sent).toEqual(['out']);
  });

  it('stays open: later sockets, as after a lost connection, do not wait', async () => {
    const { gate } = world();
    gate.open();
    await settled();
    const again = new gate.Gated('ws://convex.test/again');
    await settled();
    expect(again).toBeDefined();
    expect(FakeSocket.made).toHaveLength(2);
  });
});
