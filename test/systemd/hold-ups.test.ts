import { describe, expect, it } from 'vitest';
import { type AskSystemctl, chainInWords, holdUps, serviceOf, stagesOf } from '../../src/systemd/hold-ups.ts';

type Unit = Readonly<Record<string, string>>;

const target = 'rackconnect-deployed.target';
const loaded = {
  LoadState: 'loaded',
  ActiveState: 'inactive',
  Job: '',
  WantedBy: '',
  RequiredBy: '',
  After: '',
};

/** systemctl as it answers on a server with these units; each may have further names. */
function systemd(units: Readonly<Record<string, Unit>>): AskSystemctl {
  return async (args) => {
    const names = args.slice(args.indexOf('--') + 1);
    return names
      .map((name) => {
        const [id, unit] = Object.entries(units).find(
          ([key, { Names }]) => key === name || Names?.split(' ').includes(name),
        ) ?? [name, { LoadState: 'not-found' }];
        const all = { Id: id, Names: id, ...loaded, ...unit };
        return Object.entries(all)
          .map(([key, value]) => `${key}=${value}\n`)
          .join('');
      })
      .join('\n');
  };
}

const waiting = (After: string): Unit => ({ Job: '7', After });
const enabled = (After: string): Unit => ({ WantedBy: 'multi-user.target', After });

const heldByMount = (unit: (after: string) => Unit) => ({
  'systemd-user-sessions.service': unit('remote-fs.target network.target'),
  'remote-fs.target': unit('remote-fs-pre.target srv-data.mount'),
  'srv-data.mount': unit(`system.slice ${target}`),
  [target]: unit('rc-wait.service'),
  'network.target': unit('networking.service'),
});

describe('what lets people log in', () => {
  it('and waits for a goal is named, unit by unit', async () => {
    const chain = ['systemd-user-sessions.service', 'remote-fs.target', 'srv-data.mount', target];
    expect(await holdUps(systemd(heldByMount(waiting)), [target], 'jobs')).toEqual([chain]);
    expect(await holdUps(systemd(heldByMount(enabled)), [target], 'boot')).toEqual([chain]);
    expect(chainInWords(chain)).toBe(
      `systemd-user-sessions.service waits for remote-fs.target, that for srv-data.mount, that for ${target}`,
    );
  });

  it('is held up by nothing where no job waits, or where nothing starts what is in between', async () => {
    expect(await holdUps(systemd(heldByMount(enabled)), [target], 'jobs')).toEqual([]);
    const units = { ...heldByMount(enabled), 'srv-data.mount': { After: target } };
    expect(await holdUps(systemd(units), [target], 'boot')).toEqual([]);
    const { 'srv-data.mount': _mount, ...others } = heldByMount(enabled);
    expect(await holdUps(systemd(others), [target], 'boot')).toEqual([]);
    const active = { ...units, 'srv-data.mount': { After: target, ActiveState: 'active' } };
    expect(await holdUps(systemd(active), [target], 'boot')).toHaveLength(1);
  });

  it('is named once for each unit that waits for the goal itself', async () => {
    const units = {
      'ssh.service': enabled('sockets.target local-fs.target'),
      'sockets.target': enabled('my.socket other.socket'),
      'local-fs.target': enabled(''),
      'my.socket': enabled(target),
      'other.socket': enabled(`rc-wait.service ${target}`),
      [target]: enabled('rc-wait.service'),
      'rc-wait.service': enabled('basic.target'),
    };
    const chains = await holdUps(systemd(units), [target], 'boot');
    expect(chains.map((chain) => chain.at(-2))).toEqual(['my.socket', 'other.socket']);
  });

  it('is found by any of the names of a unit', async () => {
    const units = {
      'openssh.service': { ...waiting('early.service'), Names: 'openssh.service sshd.service' },
      'really.service': { ...waiting(target), Names: 'early.service really.service' },
      [target]: waiting(''),
    };
    expect(await holdUps(systemd(units), [target], 'jobs')).toEqual([
      ['openssh.service', 'really.service', target],
    ]);
  });

  it('is looked for in a bounded time, also where units go round in circles, and where systemd does not answer', async () => {
    const circle = {
      [target]: waiting(''),
      'ssh.service': waiting('a.service'),
      'a.service': waiting('b.service ssh.service a.service'),
    };
    expect(await holdUps(systemd(circle), [target], 'jobs')).toEqual([]);
    let asked = 0;
    const endless: AskSystemctl = async (args) => {
      asked += 1;
      return systemd({ [args.at(-1) ?? '']: waiting(`step-${asked}.service`) })(args);
    };
    expect(await holdUps(endless, [target], 'jobs')).toEqual([]);
    expect(asked).toBeLessThan(100);
    expect(await holdUps(async () => undefined, [target], 'boot')).toEqual([]);
  });
});

describe('the service of a process', () => {
  it.each([
    ['0::/system.slice/cloud-init.service\n', 'cloud-init.service'],
    ['12:pids:/x\n1:name=systemd:/system.slice/rc-wait.service\n0::/other.service\n', 'rc-wait.service'],
    ['1:name=systemd:/\n0::/system.slice/rc-wait.service\n', 'rc-wait.service'],
    ['1:name=systemd:/system.slice/rc-wait.service\n0::/\n', 'rc-wait.service'],
    ['0::/user.slice/user-0.slice/session-3.scope\n', undefined],
    ['0::/\n', undefined],
    ['', undefined],
  ])('is read from %j', (text, service) => {
    expect(serviceOf(text)).toBe(service);
  });

  it('of cloud-init stands for its early stages, too', () => {
    expect(stagesOf('cloud-init-main.service')).toContain('cloud-init-network.service');
    expect(stagesOf('cloud-init.service')).toContain('cloud-init.service');
    expect(stagesOf('web.service')).toEqual(['web.service']);
  });
});
