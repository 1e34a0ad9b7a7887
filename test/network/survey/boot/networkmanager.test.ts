import { describe, it } from 'vitest';
import { expectHeld, expectRefused, type Tree } from './expected.ts';

const mac = 'bc:76:4e:20:6c:5b';

describe('NetworkManager', () => {
  const folder = '/etc/NetworkManager';
  const path = `${folder}/system-connections/eth1.nmconnection`;
  const profile = (more = '', connection = '') =>
    `[connection]\ntype=ethernet\ninterface-name=eth1\n${connection}[ipv4]\nmethod=manual\naddress1=10.208.5.7/19\n${more}`;
  const quiet = { [`${folder}/conf.d/a.conf`]: '[main]\nno-auto-default=*\n' };
  const config = (text: string, file = `${folder}/conf.d/b.conf`): Tree => ({
    ...quiet,
    [path]: profile(),
    [file]: text,
  });

  it.each([
    ['autoconnect=false\n', '', 'line 4, says autoconnect=false', 'write autoconnect=true there'],
    ['autoconnect=0\n', '', 'says autoconnect=0', 'write autoconnect=true there'],
    ['permissions=user:joe:;\n', '', 'waits until that user logs in', 'take permissions= out there'],
    [
      '',
      '[match]\ninterface-name=eth2;eth3;\n',
      'which does not match eth1',
      'write interface-name=eth1; there',
    ],
    ['', '[match]\ninterface-name=!eth1;\n', 'which does not match eth1', 'write interface-name=eth1; there'],
    ['', '[match]\ninterface-name=eth*;&eth2;\n', 'which does not match eth1', 'write interface-name='],
  ])('refuses a profile that does not start at boot: %j %j', async (connection, more, words, way) => {
    await expectRefused({ ...quiet, [path]: profile(more, connection) }, words, way);
  });

  it.each([
    ['autoconnect=true\n', ''],
    ['permissions=\n', ''],
    ['', '[match]\ninterface-name=eth*;eth2;\n'],
    ['', '[match]\ninterface-name=!eth0;eth1;\n'],
  ])('takes a profile that starts: %j %j', async (connection, more) => {
    await expectHeld({ ...quiet, [path]: profile(more, connection) });
  });

  it('warns of a match that the files do not tell, and of a bond that its port may bring up', async () => {
    await expectHeld(
      { ...quiet, [path]: profile('[match]\npath=pci-0000:00:04.0\n') },
      'says path=pci-0000:00:04.0, and the files do not tell whether that matches eth1',
    );
    await expectHeld(
      {
        ...quiet,
        [path]: profile('', 'autoconnect=false\n'),
        [`${folder}/system-connections/port`]:
          '[connection]\ntype=ethernet\ninterface-name=eth5\ncontroller=eth1\nport-type=bond\n',
      },
      'says autoconnect=false',
    );
  });

  it.each([
    'unmanaged-devices=interface-name:eth1',
    'unmanaged-devices=interface-name:eth*;mac:00:11:22:33:44:55',
    'unmanaged-devices=interface-name:=eth1',
    'unmanaged-devices=*',
    'unmanaged-devices=*,except:interface-name:eth0',
    'unmanaged-devices=except:interface-name:eth0',
    'unmanaged-devices=eth1',
    'unmanaged-devices+=interface-name:eth1,',
    'unmanaged-devices=*,except:type:wifi,except:type:gsm,except:type:cdma',
  ])('refuses an interface that NetworkManager leaves alone: %s', async (line) => {
    await expectRefused(
      config(`[keyfile]\n${line}\n`),
      `NetworkManager leaves eth1 alone after a boot: ${folder}/conf.d/b.conf, line 2, has eth1 in unmanaged-devices`,
      'take eth1 out of unmanaged-devices there',
    );
  });

  it.each([
    'unmanaged-devices=interface-name:eth0',
    'unmanaged-devices=interface-name:=eth*',
    'unmanaged-devices=*,except:interface-name:eth1',
    'unmanaged-devices=except:interface-name:eth1',
    'unmanaged-devices=interface-name:eth1\nunmanaged-devices-=interface-name:eth1',
    'unmanaged-devices=type:wifi',
    'unmanaged-devices=',
  ])('takes one that it manages: %s', async (line) => {
    await expectHeld(config(`[keyfile]\n${line}\n`));
  });

  it('reads the configuration in the order of NetworkManager', async () => {
    const list = '[keyfile]\nunmanaged-devices=interface-name:eth1\n';
    const [usr, main] = ['/usr/lib/NetworkManager/conf.d/b.conf', `${folder}/NetworkManager.conf`];
    await expectRefused(config(list, main), `${main}, line 2,`, 'take eth1 out');
    await expectRefused(config(list, usr), `${usr}, line 2,`, 'take eth1 out');
    await expectHeld({ ...config(list, usr), [`${folder}/conf.d/b.conf`]: '' });
    await expectHeld({
      ...config(list, main),
      [`${folder}/conf.d/z.conf`]: '[keyfile]\nunmanaged-devices=\n',
    });
    await expectHeld(config(`${list}nonsense\n`));
  });

  it('refuses managed=0 of a device section, and warns where another says managed=1', async () => {
    const device = '[device-x]\nmatch-device=interface-name:eth1\n';
    await expectRefused(
      config(`${device}managed=0\n`),
      'line 3, says managed=0 for eth1',
      'take eth1 out of managed there',
    );
    await expectHeld(config('[device-x]\nmatch-device=interface-name:eth0\nmanaged=0\n'));
    await expectHeld(config(`${device}managed=1\n[keyfile]\nunmanaged-devices=*\n`), 'as far as can be told');
  });

  it('warns of what the files do not tell', async () => {
    await expectHeld(config('[keyfile]\nunmanaged-devices=driver:xen_netfront\n'), 'as far as can be told');
    await expectHeld(config(`[keyfile]\nunmanaged-devices=mac:${mac}\n`), 'as far as can be told');
  });

  it('warns of a profile that NetworkManager would make for an interface without one', async () => {
    const words = 'no file configures eth0, so NetworkManager makes a profile of its own for it';
    await expectHeld({ [path]: profile() }, words);
    const eth0 = profile().replaceAll('eth1', 'eth0').replace('10.208.5.7', '203.0.113.7');
    await expectHeld({ [path]: profile(), [`${folder}/system-connections/eth0`]: eth0 });
    await expectHeld({ [path]: profile(), [`${folder}/conf.d/a.conf`]: '[main]\nno-auto-default=eth0\n' });
    await expectHeld({
      [path]: profile(),
      [`${folder}/conf.d/a.conf`]: '[keyfile]\nunmanaged-devices=interface-name:eth0\n',
    });
  });
});
