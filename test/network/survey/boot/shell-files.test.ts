import { describe, it } from 'vitest';
import { expectHeld, expectRefused } from './expected.ts';

describe('ifcfg', () => {
  const folder = '/etc/sysconfig/network-scripts';
  const path = `${folder}/ifcfg-eth1`;
  const text = 'DEVICE=eth1\nIPADDR=10.208.5.7\nPREFIX=19\n';

  it.each([
    'ONBOOT=no',
    'ONBOOT="no"',
    "ONBOOT='No'",
    'ONBOOT=n',
    'ONBOOT=false',
    'ONBOOT=0',
    'ONBOOT=yes\nONBOOT=off',
    'ONBOOT=no # for now',
  ])('refuses an interface that does not come up at boot: %j', async (line) => {
    const value = /ONBOOT=["']?(\w+)["']?(?: .*)?$/.exec(line)?.[1];
    await expectRefused({ [path]: `${text}${line}\n` }, `says ONBOOT=${value}`, 'write ONBOOT=yes there');
  });

  it('refuses what /etc/init.d/network takes for the answer', async () => {
    await expectRefused(
      { [path]: `${text}ONBOOT=no\nONBOOT=yes\n` },
      `${path}, line 4, says ONBOOT=no as well`,
      'write ONBOOT=yes there',
    );
  });

  it.each([
    '',
    'ONBOOT=yes\n',
    'ONBOOT="yes"\n',
    'ONBOOT=\n',
    'ONBOOT=1\n',
    'NM_CONTROLLED=no\nONBOOT=yes\n',
  ])('takes one that comes up: %j', async (line) => {
    await expectHeld({ [path]: text + line });
  });

  it('warns of what only a shell could tell, and of a bond that its port may bring up', async () => {
    await expectHeld({ [path]: `${text}ONBOOT=$(cat /x)\n` }, 'says ONBOOT=…');
    const bond = `${folder}/ifcfg-bond0`;
    const port = 'DEVICE=eth1\nMASTER=bond0\nSLAVE=yes\nONBOOT=yes\n';
    await expectHeld(
      { [bond]: `${text.replace('eth1', 'bond0')}ONBOOT=no\n`, [path]: port },
      'says ONBOOT=no',
    );
    await expectHeld({ [path]: text, '/etc/sysconfig/network': 'NETWORKING=no\n' }, 'says NETWORKING=no');
  });

  it('refuses NM_CONTROLLED=no where only NetworkManager reads the file at boot', async () => {
    const disk = { [path]: `${text}NM_CONTROLLED=no\n`, '/usr/bin/nmcli': '', '/usr/sbin/ifup': '' };
    await expectRefused(
      disk,
      `${path}, line 4, says NM_CONTROLLED=no, and only NetworkManager reads that file on this server`,
      'write NM_CONTROLLED=yes there, or enable network.service',
    );
    await expectHeld({ ...disk, '/etc/rc.d/rc3.d/S10network': '' });
    await expectHeld({ ...disk, [path]: `${text}NM_CONTROLLED=yes\n` }, 'no file configures eth0');
  });
});

describe('wicked', () => {
  const path = '/etc/sysconfig/network/ifcfg-eth1';
  const text = "IPADDR='10.208.5.7/19'\n";

  it.each([
    ["STARTMODE='manual'\n", `${path}, line 2, says STARTMODE=manual`],
    ['STARTMODE=off\n', `${path}, line 2, says STARTMODE=off`],
    ['STARTMODE=auto\nSTARTMODE=off\n', `${path}, line 3, says STARTMODE=off`],
    ['STARTMODE=Auto\n', 'says STARTMODE=Auto'],
    ['', `${path} has no STARTMODE=, which means manual`],
  ])('refuses an interface that does not come up at boot: %j', async (line, words) => {
    await expectRefused({ [path]: text + line }, words, 'write STARTMODE=auto there');
  });

  it.each(['auto', 'boot', 'onboot', 'on', 'nfsroot', 'hotplug', 'ifplugd'])(
    'takes one that comes up: STARTMODE=%s',
    async (mode) => {
      await expectHeld({ [path]: `${text}STARTMODE='${mode}'\n` });
    },
  );

  it('warns of a mode that only a shell could tell', async () => {
    await expectHeld({ [path]: `${text}STARTMODE=$MODE\n` }, 'says STARTMODE=…');
  });
});
