import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { gatewayProbe, parseNeighbour } from '../../../src/network/probes/gateway.ts';
import type { GatewayTarget } from '../../../src/network/types.ts';
import type { Run } from '../../../src/system/tool.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const { signal } = new AbortController();
const clock: Clock = {
  nowMs: () => 0,
  async sleep(_ms, stop) {
    stop?.throwIfAborted();
  },
};

/** A neighbour table of one line: as it is, and as it is once the neighbour was asked. */
function table(before: string, after: readonly string[]) {
  let line = before;
  const ran: string[] = [];
  let answers = [...after];
  const run: Run = async ({ argv }) => {
    ran.push(argv.join(' '));
    if (argv.includes('del')) line = '';
    else if (answers.length > 0 && asked) [line = '', ...answers] = answers;
    return { ok: true, how: 'exit status 0', output: line === '' ? '' : `${line}\n` };
  };
  let asked = false;
  const provoke = async () => {
    asked = true;
  };
  return { ran, probe: gatewayProbe(target, { run, clock, provoke }), wasAsked: () => asked };
}

describe('the gateway answers on the link', () => {
  it('when it tells its link address', async () => {
    const { probe, ran } = table('', [
      '10.208.0.1 INCOMPLETE',
      '10.208.0.1 lladdr 02:00:00:00:00:01 REACHABLE',
    ]);
    expect(await probe.attempt(signal)).toBeUndefined();
    expect(ran).toContain('ip -4 neigh show to 10.208.0.1 dev eth1');
    expect(probe.expects).toBe('10.208.0.1 to answer on eth1 (ARP)');
  });

  it('and what the kernel knew of it before is no answer', async () => {
    const stale = '10.208.0.1 lladdr 02:00:00:00:00:01 STALE';
    const { probe, ran } = table(stale, ['10.208.0.1 INCOMPLETE', '10.208.0.1 FAILED']);
    expect(await probe.attempt(signal)).toBe('no answer on the link (the neighbour is FAILED)');
    expect(ran).toContain('ip -4 neigh del 10.208.0.1 dev eth1');
  });

  it.each(['PERMANENT', 'NOARP'])('or a ping, where the link is never asked (%s)', async (state) => {
    const { probe, ran, wasAsked } = table(`10.208.0.1 lladdr 02:00:00:00:00:01 ${state}`, []);
    expect(await probe.attempt(signal)).toBeUndefined();
    expect(ran).toEqual(['ip -4 neigh show to 10.208.0.1 dev eth1', 'ping -n -c 1 -W 2 -I eth1 10.208.0.1']);
    expect(wasAsked()).toBe(false);
  });

  it.each([
    ['exit status 1', 'no answer to a ping, and the link is not asked (the neighbour is NOARP)'],
    ['exit status 2', undefined],
    ['cannot be started: no such file or directory', undefined],
  ])('where ping ends with "%s", what is seen is %s', async (how, seen) => {
    const run: Run = async ({ argv }) =>
      argv[0] === 'ping' ? { ok: false, how, output: '' } : { ok: true, how: '', output: '10.208.0.1 NOARP' };
    expect(await gatewayProbe(target, { run, clock }).attempt(signal)).toBe(seen);
  });

  it('or not, until its time is up', async () => {
    const { probe } = table('', ['10.208.0.1 INCOMPLETE']);
    await expect(probe.attempt(AbortSignal.abort(new Error('time is up')))).rejects.toThrow('time is up');
  });
});

it('a line of ip-neighbour(8) is read whatever else stands in it', () => {
  expect(parseNeighbour('10.208.0.1 lladdr 02:00:00:00:00:01 router extern_learn REACHABLE \n')).toEqual({
    state: 'REACHABLE',
    hasAddress: true,
  });
  expect(parseNeighbour('10.208.0.1 lladdr 02:00:00:00:00:01 FAILED')).toMatchObject({ hasAddress: false });
  expect(parseNeighbour('')).toBeUndefined();
});

it('a real datagram asks without a privilege, and whether it arrives does not matter', async () => {
  const local = { gateway: parseIpv4('127.0.0.1'), interfaceName: 'lo' } as GatewayTarget;
  const lines = ['', '127.0.0.1 lladdr 00:00:00:00:00:00 REACHABLE'];
  const run: Run = async () => ({ ok: true, how: '', output: lines.shift() ?? '' });
  expect(await gatewayProbe(local, { run }).attempt(signal)).toBeUndefined();
});
