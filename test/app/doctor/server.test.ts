import { describe, expect, it } from 'vitest';
import { looksAtServer } from '../../../src/app/doctor/server.ts';
import { exitOfFault } from '../../../src/report/doctor.ts';

type Seen = Parameters<typeof looksAtServer>[0];

const seen: Seen = {
  likeness: { isRackspace: true, why: 'the hypervisor is Xen' },
  regions: [
    { source: 'xenstore', kind: 'known', value: 'ord', where: 'vm-data/provider_data/region' },
    { source: 'config-drive', kind: 'known', value: 'dfw', where: 'vendor_data.json' },
  ],
  serviceNets: [{ source: 'xenstore', kind: 'known', value: 'eth1', where: 'vm-data/networking/BC' }],
  instanceIds: [{ source: 'cloud-init', kind: 'absent', why: 'there is none' }],
  roles: [{ source: 'xenstore', kind: 'known', value: ['rack_connect', 'rax_managed'], where: 'roles' }],
  named: { region: undefined, interfaceName: undefined },
  hasApiUrl: false,
  answer: undefined,
  settings: [],
};
const look = (change: Partial<Seen>, what: string) =>
  looksAtServer({ ...seen, ...change }).find((one) => one.what === what);

describe('this server', () => {
  it('is what the most trusted source says, and who says otherwise is named', () => {
    expect(look({}, 'region')).toEqual({
      topic: 'server',
      what: 'region',
      seen: 'ord',
      because: 'xenstore: ord (vm-data/provider_data/region); but the config drive: dfw (vendor_data.json)',
    });
    expect(look({}, 'roles')?.seen).toBe('rack_connect rax_managed');
    expect(look({}, 'instance')).toMatchObject({ seen: 'not known', because: 'cloud-init: there is none' });
  });

  it('is what a flag says before all of them', () => {
    const named = { region: 'lon', interfaceName: 'bond0.401' };
    expect(look({ named }, 'region')).toMatchObject({ seen: 'lon', because: 'by flag or variable' });
    expect(look({ named }, 'ServiceNet')?.seen).toBe('bond0.401');
  });

  it("that is none of Rackspace's has that one fault, unless an API was named", () => {
    const likeness = { isRackspace: false, why: 'there is no Xen' };
    const regions = [{ source: 'xenstore', kind: 'absent', why: 'it names none' } as const];
    const faulty = looksAtServer({ ...seen, likeness, regions }).filter(({ fault }) => fault);
    expect(faulty).toEqual([expect.objectContaining({ what: 'kind', because: 'there is no Xen' })]);
    expect(look({ likeness, hasApiUrl: true }, 'kind')?.fault).toBeUndefined();
  });

  it.each([
    ['nothing was asked', undefined, 69],
    ['no API can be reached', 'API_UNAVAILABLE', 69],
    ['all APIs refuse it', 'API_REFUSED', 77],
  ] as const)("that is none of Rackspace's has the exit status of a wait where %s", (_, code, exit) => {
    const likeness = { isRackspace: false, why: 'there is no Xen' };
    const fault = look({ likeness, answer: code }, 'kind')?.fault;
    expect(fault && exitOfFault(fault.code)).toBe(exit);
  });

  it("is none of Rackspace's by its looks, and no fault where an API answers all the same", () => {
    const likeness = { isRackspace: false, why: 'there is no Xen' };
    expect(look({ likeness, answer: 'usable' }, 'kind')?.fault).toBeUndefined();
  });

  it('whose region nobody knows is told what to type, unless the API is named', () => {
    const regions = [{ source: 'xenstore', kind: 'absent', why: 'it names none' } as const];
    expect(look({ regions }, 'region')?.fault).toMatchObject({
      code: 'API_UNAVAILABLE',
      remedy: expect.stringContaining('RC_WAIT_REGION='),
    });
    expect(look({ regions, hasApiUrl: true }, 'region')?.fault).toBeUndefined();
    // The question that was asked says whether it could be found out.
    expect(look({ regions, answer: 'API_REFUSED' }, 'region')?.fault).toBeUndefined();
  });

  it('whose file for the service is wrong is told so: the service would end with 64', () => {
    const settings = [{ why: 'cannot use RC_WAIT_NETWROK', remedy: 'write RC_WAIT_NETWORK' }];
    expect(look({ settings }, 'settings')?.fault).toEqual({
      code: 'USAGE',
      why: 'rc-wait.service does not wait: cannot use RC_WAIT_NETWROK',
      remedy: 'write RC_WAIT_NETWORK; then: systemctl restart rc-wait.service',
    });
  });
});
