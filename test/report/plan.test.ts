import { expect, it } from 'vitest';
import { parseIpv4 } from '../../src/base/ipv4.ts';
import type { GatewayTarget, NetworkPlan } from '../../src/network/types.ts';
import { describePlan, planDocument } from '../../src/report/plan.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const plan: NetworkPlan = {
  stack: 'netplan',
  why: 'netplan manages eth1',
  target,
  disabled: [],
  changes: [],
  commands: [],
  restore: [],
};

it('a command that runs only on a condition is shown with it', () => {
  const commands = [{ argv: ['ifup', 'eth0'], timeoutMs: 1, unlessAddressed: 'eth0' }] as const;
  expect(describePlan({ ...plan, commands })).toContain(
    '#   ifup eth0   (only if eth0 has no IPv4 address)\n',
  );
});

it('what could not be made sure of is said', () => {
  expect(describePlan({ ...plan, warnings: ['netplan was not asked'] })).toContain(
    '# warning: netplan was not asked\n',
  );
});

it('a plan is shown as a unified diff with the commands that would run', () => {
  const text = describePlan({
    ...plan,
    changes: [
      { path: '/etc/a', before: 'one\ntwo\n', after: 'one\nthree\n', mode: 0o600 },
      { path: '/etc/new', before: undefined, after: 'new\n', mode: 0o600 },
      { path: '/etc/old', before: 'old\n', after: undefined, mode: 0o600 },
    ],
    commands: [{ argv: ['netplan', 'apply'], timeoutMs: 1 }],
  });
  expect(text).toMatchInlineSnapshot(`
    "# netplan manages eth1
    --- a/etc/a
    +++ b/etc/a
    @@ -1,2 +1,2 @@
     one
    -two
    +three
    --- /dev/null
    +++ b/etc/new
    @@ -0,0 +1,1 @@
    +new
    --- a/etc/old
    +++ /dev/null
    @@ -1,1 +0,0 @@
    -old
    # then it would run:
    #   netplan apply
    "
  `);
});

it('a plan without changes says that there is nothing to do', () => {
  expect(describePlan(plan)).toBe(
    '# netplan manages eth1\n# nothing to do: files and kernel already have this gateway\n',
  );
});

it('what goes down for good is said before the diff', () => {
  expect(describePlan({ ...plan, disabled: ['eth0'] })).toMatch(
    /^# netplan manages eth1\n# eth0 is down from then on, at every boot\n/,
  );
});

it('the document has each file before and after, and null for one that is not there', () => {
  const changes = [
    { path: '/etc/new', before: undefined, after: 'new\n', mode: 0o600 },
    { path: '/etc/old', before: 'old\n', after: undefined, mode: 0o600 },
  ];
  const commands: NetworkPlan['commands'] = [{ argv: ['netplan', 'apply'], timeoutMs: 1 }];
  expect(planDocument({ ...plan, changes, commands, warnings: ['look'] })).toEqual({
    schema: 'rc-wait/plan/v1',
    stack: 'netplan',
    why: 'netplan manages eth1',
    interface: 'eth1',
    gateway_ip: '10.208.0.1',
    disabled: [],
    files: [
      { path: '/etc/new', before: null, after: 'new\n' },
      { path: '/etc/old', before: 'old\n', after: null },
    ],
    commands: [['netplan', 'apply']],
    warnings: ['look'],
  });
});
