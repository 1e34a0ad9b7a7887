import { expect, it } from 'vitest';
import { readUnit } from '../../../src/system/units/unit-file.ts';

const commandsOf = (text: string, instance?: string) =>
  readUnit([{ path: '/x', text }], instance).commands.map(({ line, command }) => [line, command]);

it('prefixes, specifiers, continued lines and comments are read as systemd reads them', () => {
  const text =
    '[Service]\n# ExecStart=/no\nExecStart=-+/bin/sh \\\n; in between\n  /opt/%i %h %%\nExecStartPre=@/bin/sh name -c "echo $$x"\nExecStop=/no\n';
  expect(commandsOf(text, 'eth1')).toEqual([
    [3, '/bin/sh    /opt/eth1 /root %'],
    [6, '/bin/sh -c "echo $x"'],
  ]);
});

it('an escaped instance is a path', () => {
  expect(commandsOf('ExecStart=/%I %t/x %u\n', 'opt-a\\x2db')).toEqual([[1, '/opt/a-b /run/x %u']]);
});

it('a service of another user cannot change routes, unless it has the capability', () => {
  const isUnprivileged = (text: string) => readUnit([{ path: '/x', text }]).isUnprivileged;
  expect(isUnprivileged('User=www\n')).toBe(true);
  expect(isUnprivileged('User=www\nAmbientCapabilities=CAP_NET_ADMIN\n')).toBe(false);
  expect(isUnprivileged('User=root\n')).toBe(false);
});
