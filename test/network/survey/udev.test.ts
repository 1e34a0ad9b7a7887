import fc from 'fast-check';
import { expect, it } from 'vitest';
import { udevStarts } from '../../../src/network/survey/udev.ts';

const commandsOf = (text: string) => udevStarts(text).commands.map(({ line, command }) => [line, command]);

it('RUN, PROGRAM and IMPORT{program} start programs, with or without a folder', () => {
  const text =
    '# RUN+="/no"\nACTION=="add", SUBSYSTEM=="net", KERNEL=="eth0", RUN+="/opt/up %k $name", RUN{program}+="hook"\n' +
    'PROGRAM=="/opt/ask %E{X} 100%%", \\\n  IMPORT{program}="/opt/more"\nRUN{builtin}+="kmod load x", RUN-="/opt/gone"\n';
  expect(commandsOf(text)).toEqual([
    [2, '/opt/up $udev $name'],
    [2, '/usr/lib/udev/hook'],
    [3, '/opt/ask $udev 100%'],
    [3, '/opt/more'],
  ]);
});

it('a value may hold a quote behind a backslash', () => {
  expect(commandsOf('RUN+="/bin/sh -c \\"ip link\\""')).toEqual([[1, '/bin/sh -c "ip link"']]);
});

it('SYSTEMD_WANTS and systemctl start units; of an instance that udev names the template is known', () => {
  const text =
    'ENV{SYSTEMD_WANTS}+="a.service b@%k.service", ENV{SYSTEMD_WANTS}=="c.service"\n' +
    'RUN+="/bin/systemctl --no-block start d e.timer"\nRUN+="/bin/systemctl stop f"\n';
  expect(udevStarts(text).units).toEqual(['a.service', 'b@.service', 'd.service', 'e.timer']);
});

it('no text is too strange to be read, and what RUN starts is found in it', () => {
  const noise = fc.string().map((text) => text.replace(/[\\"#\n]/g, ' '));
  fc.assert(
    fc.property(noise, fc.stringMatching(/^\/[a-z/]{1,20}$/), (text, path) => {
      expect(commandsOf(`# ${text}\nKERNEL=="${text}", RUN+="${path}"\n`)).toContainEqual([2, path]);
    }),
  );
});
