import { fileURLToPath } from 'node:url';
import { ClerkEvents, deliver } from './clerk-events';
import { Deployment } from './runtime/deployment';
import { cpuMsOf } from './runtime/processor-time';
import { drive } from './statistics';
const secret = `whsec_${btoa('the signing secret of a benchmark')}`;
const template = { object: 'user', id: '', image_url: 'https://img.clerk.com/bench', primary_email_address_id: 'idn_1',
  email_addresses: [{ id: 'idn_1', object: 'email_address', email_address: 'somebody@bench.test', verification: { status: 'verified', strategy: 'email_code' } }],
  unsafe_metadata: {}, banned: false, last_sign_in_at: null };
const env = { CLERK_WEBHOOK_SECRET: secret, CLERK_SECRET_KEY: 'sk_test_bench', CLERK_API_URL: 'http://127.0.0.1:9', CLERK_INSTANCE_ID: 'ins_bench', LOG_LEVEL: 'ERROR' };
const n = Number(process.argv[2] ?? 2000), rounds = Number(process.argv[3] ?? 5);
const product = await Deployment.start({ env });
const plain = await Deployment.start({ appDir: fileURLToPath(new URL('plain', import.meta.url)), env });
const stream = new ClerkEvents(template as any, secret, 'ins_bench');
const send = (d: Deployment, k: number) => drive(k, 16, () => deliver(`${d.started.ready.siteUrl}/clerk-users-webhook`, stream.next()));
import { readdirSync } from 'node:fs';
const threads = (d: Deployment) => new Map(readdirSync(`/proc/${d.pid}/task`).map((t) => { try { return [t + ' ' + readFileSync(`/proc/${d.pid}/task/${t}/comm`, 'utf8').trim() + (t === String(d.pid) ? ' MAIN' : ''), Number(readFileSync(`/proc/${d.pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]) / 1e6] as const; } catch { return ['gone', 0] as const; } }));
await send(product, 400); await send(plain, 400);
import { readFileSync } from 'node:fs';
const io = (d: Deployment) => Object.fromEntries(readFileSync(`/proc/${d.pid}/io`, 'utf8').trim().split('\n').map((l) => l.split(': ')).map(([k, v]) => [k, Number(v)])) as Record<string, number>;
const ios: any = { product: [], plain: [] };
const cpus: any = { product: [], plain: [] }, rates: any = { product: [], plain: [] };
for (let r = 0; r < rounds; r++) for (const [name, d] of [['product', product], ['plain', plain]] as const) {
  const t0 = threads(d); const i0 = io(d); const c = cpuMsOf(d.pid); const run = await send(d, n);
  cpus[name].push((cpuMsOf(d.pid) - c) / n); const i1 = io(d); ios[name].push(['wchar', 'syscw', 'syscr'].map((k) => ((i1[k]! - i0[k]!) / n).toFixed(1)).join('/'));
  rates[name].push(n / run.totalMs * 1000);
  console.log(name, (n / run.totalMs * 1000).toFixed(0) + '/s', [...threads(d)].map(([t, v]) => [t, (v - (t0.get(t) ?? v)) / n] as const).filter(([, v]) => v > 0.02).map(([t, v]) => `${t} ${v.toFixed(3)}`).join(', '));
}
const med = (a: number[]) => a.toSorted((x, y) => x - y)[a.length >> 1]!;
console.log('cpu', med(cpus.product).toFixed(3), med(cpus.plain).toFixed(3), 'ratio', (med(cpus.plain) / med(cpus.product)).toFixed(3), 'rate', med(rates.product).toFixed(0), med(rates.plain).toFixed(0), (med(rates.product) / med(rates.plain)).toFixed(3));
console.log(ios.product[1], ios.plain[1]);
await product.stop(); await plain.stop();
