import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type ApiTarget, sourceNow, sourceOf, sourceWithin, targetOf, withWay } from '../../src/app/api.ts';
import { parseApiUrl } from '../../src/rackconnect/regions.ts';
import { scratch } from '../cli/harness.ts';
import { interfacesHere } from '../support/interfaces.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const interfaces = interfacesHere();

const folder = scratch();
const flags = {
  region: undefined,
  'api-url': undefined,
  interface: undefined,
  'source-address': undefined,
  'ca-file': undefined,
  'state-dir': join(folder, 'state'),
};
const local: ApiTarget = { baseUrl: parseApiUrl('http://127.0.0.1:1'), byServiceNet: false, said: [] };

describe('the API', () => {
  it('is the one that was named, wherever the server is', async () => {
    const target = await targetOf({ ...flags, 'api-url': 'http://127.0.0.1:8080/', region: 'dfw' });
    expect(target).toEqual({ baseUrl: 'http://127.0.0.1:8080', byServiceNet: false, said: [] });
  });

  it('is that of the region, behind ServiceNet', async () => {
    expect(await targetOf({ ...flags, region: 'LON', interface: 'eth1' })).toEqual({
      baseUrl: 'https://lon.api.rackconnect.rackspace.com',
      region: 'lon',
      byServiceNet: true,
      said: [],
    });
  });

  it('is that of the region that the hypervisor tells, and it says who said so', async () => {
    const tools = scratch();
    const script = '#!/bin/sh\n[ "$1" = vm-data/provider_data/region ] && echo \'"syd"\'\n';
    writeFileSync(join(tools, 'xenstore-read'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${tools}:/usr/bin:/bin`);
    const target = await targetOf(flags);
    vi.unstubAllEnvs();
    expect(target.baseUrl).toBe('https://syd.api.rackconnect.rackspace.com');
    expect(target.said).toContain('region by xenstore: syd (vm-data/provider_data/region)');
  });

  it('is the one that was named, whatever the hypervisor tells', async () => {
    const tools = scratch();
    writeFileSync(join(tools, 'xenstore-read'), '#!/bin/sh\necho syd\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${tools}:/usr/bin:/bin`);
    const target = await targetOf({ ...flags, region: 'dfw' });
    vi.unstubAllEnvs();
    expect(target.baseUrl).toBe('https://dfw.api.rackconnect.rackspace.com');
  });

  it('is to be found out by asking where nobody says the region', async () => {
    vi.stubEnv('PATH', folder);
    const target = await targetOf(flags);
    vi.unstubAllEnvs();
    expect(target).toMatchObject({ baseUrl: undefined, byServiceNet: true });
    expect(target.said).toContain('region by xenstore: xenstore-read is not installed');
  });
});

describe('the source address', () => {
  it('is that of the interface', () => {
    expect(sourceOf({ ...flags, interface: 'lo' }, local)).toBe('127.0.0.1');
  });

  it('is what the interface has now, whatever it had before', () => {
    const lookUp = sourceNow({ ...flags, interface: 'lo' }, local);
    expect(lookUp()).toBe('127.0.0.1');
    interfaces.mockReturnValueOnce({});
    expect(lookUp()).toEqual({ missing: 'lo has no IPv4 address' });
    expect(lookUp()).toBe('127.0.0.1');
  });

  it('is that of the interface also where the address has a label', () => {
    const labelled = networkInterfaces().lo;
    interfaces.mockReturnValueOnce({ 'lo:0': labelled });
    expect(sourceOf({ ...flags, interface: 'lo' }, local)).toBe('127.0.0.1');
  });

  it('is missing while its interface is, and stays the one that was named', () => {
    expect(sourceNow({ ...flags, interface: 'eth9' }, local)()).toEqual({
      missing: 'cannot use --interface eth9: this server has no such interface',
    });
    interfaces.mockReturnValueOnce({});
    expect(sourceNow({ ...flags, 'source-address': '10.208.5.7' }, local)()).toBe('10.208.5.7');
  });

  it('does not depend on an interface of another root', () => {
    expect(sourceOf({ ...flags, interface: 'eth9', root: '/mnt' }, local)).toBeUndefined();
  });

  it('is there at once where the interface has one', async () => {
    const clock = new VirtualClock();
    const missing: string[] = [];
    const found = sourceWithin({ ...flags, interface: 'lo' }, local, {
      clock,
      deadlineMs: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
      onMissing: (message) => missing.push(message),
    });
    expect(await clock.run(found)).toBe('127.0.0.1');
    expect(missing).toEqual([]);
  });

  describe('at boot, before the interface has one', () => {
    const late = { ...flags, interface: 'lo' };

    it('is waited for, with a sign of life at each look', async () => {
      const looks = 20;
      const { lo } = networkInterfaces();
      for (let look = 0; look < looks; look += 1) interfaces.mockReturnValueOnce({});
      const clock = new VirtualClock(0);
      const missing: string[] = [];
      const found = sourceWithin(late, local, {
        clock,
        deadlineMs: 60_000,
        signal: new AbortController().signal,
        onMissing: (message) => missing.push(message),
      });
      expect(await clock.run(found)).toBe(lo?.[0]?.address);
      expect(missing).toEqual(Array(looks).fill('lo has no IPv4 address yet'));
      expect(clock.nowMs()).toBe(looks * 500);
    });

    it('is missing for good when the deadline has passed', async () => {
      interfaces.mockReturnValue({});
      const clock = new VirtualClock(0);
      const found = sourceWithin(late, local, {
        clock,
        deadlineMs: 2_000,
        signal: new AbortController().signal,
        onMissing: () => {},
      });
      expect(await clock.run(found)).toEqual({ missing: 'lo has no IPv4 address' });
      interfaces.mockReset();
    });

    it('is waited for before there is an interface of that name at all', async () => {
      const clock = new VirtualClock(0);
      const missing: string[] = [];
      const found = sourceWithin({ ...flags, interface: 'eth9' }, local, {
        clock,
        deadlineMs: 2_000,
        signal: new AbortController().signal,
        onMissing: (message) => missing.push(message),
      });
      expect(await clock.run(found)).toEqual({ missing: 'this server has no interface eth9' });
      expect(missing).toEqual(Array(4).fill('this server has no interface eth9 yet'));
    });

    it.each([
      ['interface', ''],
      ['interface', 'eth1/'],
      ['source-address', '10.208.5'],
    ])('is not waited for where --%s %j can never be one', async (flag, value) => {
      const found = sourceWithin({ ...flags, interface: 'eth9', [flag]: value }, local, {
        clock: new VirtualClock(0),
        deadlineMs: 2_000,
        signal: new AbortController().signal,
        onMissing: () => {},
      });
      await expect(found).rejects.toMatchObject({ code: 'CONFIGURATION' });
    });

    it('is waited for no longer when a signal ends it', async () => {
      interfaces.mockReturnValue({});
      const reason = new Error('enough');
      const found = sourceWithin(late, local, {
        clock: new VirtualClock(0),
        deadlineMs: 2_000,
        signal: AbortSignal.abort(reason),
        onMissing: () => {},
      });
      await expect(found).rejects.toBe(reason);
      interfaces.mockReset();
    });
  });
});

const opened = (args: typeof flags | (Omit<typeof flags, 'ca-file'> & { 'ca-file': string })) =>
  withWay(
    args,
    undefined,
    () => {},
    async ({ pace }) => ({ ...pace.tally }),
  );

describe('the way to the API', () => {
  it('is refused with a CA file that is not there', async () => {
    const path = join(folder, 'none.pem');
    await expect(opened({ ...flags, 'ca-file': path })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `cannot read ${path}: no such file or directory`,
      hint: 'named by --ca-file',
    });
  });

  it('is refused with a CA file that holds no certificate', async () => {
    const path = join(folder, 'empty.pem');
    writeFileSync(path, 'nothing\n');
    await expect(opened({ ...flags, 'ca-file': path })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `cannot use --ca-file ${path}: it holds no certificate in PEM form`,
    });
  });

  it('is opened and closed without a request', async () => {
    expect(await opened(flags)).toEqual({ sent: 0, refused: 0, shared: 0 });
  });

  it('is closed when the work fails', async () => {
    const failing = withWay(
      flags,
      undefined,
      () => {},
      async ({ clientOf }) => {
        await clientOf(parseApiUrl('http://127.0.0.1:1')).ask('automation_status/details', 'text');
      },
    );
    await expect(failing).rejects.toMatchObject({ code: 'USAGE' });
  });
});
