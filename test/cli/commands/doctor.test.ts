import { describe, expect, it } from 'vitest';
import { faultsIn } from '../../report/schema.ts';
import { done, rcWait, simulator } from '../harness.ts';

const { play } = await simulator();
const faults = faultsIn('doctor');

interface Document {
  readonly healthy: boolean;
  readonly looks: readonly {
    readonly what: string;
    readonly seen: string;
    readonly because: string | null;
    readonly fault: { readonly code: string } | null;
  }[];
}

async function doctor(...args: string[]) {
  const { exit, out, err } = await rcWait(['doctor', '--output', 'json', ...args]);
  expect(err).toBe('');
  const document = JSON.parse(out) as Document;
  expect(faults(document)).toEqual([]);
  const look = (what: string) => document.looks.find((one) => one.what === what);
  return { exit, document, look };
}

describe('rc-wait doctor', () => {
  it('shows that the API answers, by which interface, and costs one request', async () => {
    const server = play();
    const { look } = await doctor(...server.flags);
    expect(look('address')).toMatchObject({ because: expect.stringContaining(server.address) });
    expect(look('address')?.seen).toMatch(server.url);
    expect(look('answer')).toMatchObject({ seen: 'DEPLOYING', fault: null });
    expect(server.requests()).toBe(1);
    expect((await doctor(...server.flags)).look('used')?.because).toMatch(
      new RegExp(`^1 by process ${process.pid}`),
    );
  });

  it('asks nothing where that is wished', async () => {
    const server = play();
    const { look } = await doctor(...server.flags, '--offline');
    expect(look('answer')?.seen).toBe('not asked');
    expect(server.requests()).toBe(0);
  });

  it('says what is wrong, what to type, and ends as a wait would', async () => {
    const { flags } = play();
    const away = flags.map((flag) => flag.replace(/^http:.*$/, 'http://127.0.0.1:1'));
    const { exit, out } = await rcWait(['doctor', ...away, '--timeout', '2s']);
    expect(out).toMatch(/\nWhat is wrong, and what to do:\n {1}1\. cannot .*\n {4}\S/);
    expect(exit).toBe(69);
  });

  it('looks for the probable cause after FAILED, and only then', async () => {
    const failed = play({ outcome: 'FAILED', deployedAfter: '0s' });
    const { look, document } = await doctor(...failed.flags);
    expect(look('answer')?.seen).toBe('FAILED');
    // What this machine has of them, if anything.
    expect(look('probable cause')).toBeDefined();
    const offline = await doctor(...failed.flags, '--offline');
    expect(offline.look('probable cause')).toEqual(look('probable cause'));
    expect(document.healthy).toBe(!document.looks.some(({ fault }) => fault !== null));
    expect((await doctor(...play(done).flags)).look('probable cause')).toBeUndefined();
  });

  it("--condition is a yes where an API is named, whoever's server it is", async () => {
    expect(await rcWait(['doctor', '--condition', '--api-url', 'http://127.0.0.1:1'])).toEqual({
      exit: 0,
      out: '',
      err: '',
    });
    expect(await rcWait(['doctor', '--condition', '--region', 'ord'])).toMatchObject({ exit: 0 });
  });

  it('--condition says why where there is nothing to wait for', async () => {
    // This machine may be one of Rackspace's for all that the test knows.
    const { exit, out } = await rcWait(['doctor', '--condition']);
    expect({ exit, out }).toEqual(
      exit === 0
        ? { exit: 0, out: '' }
        : { exit: 100, out: expect.stringMatching(/^this is not a Rackspace cloud server/) },
    );
  });
});
