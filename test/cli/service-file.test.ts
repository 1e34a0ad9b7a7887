import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, rcWait, rootWith, scratch, simulator } from './harness.ts';

const { play } = await simulator();
const folder = scratch();
let files = 0;

/** The file of rc-wait.service with this text. */
function serviceFile(text: string, mode = 0o644): string {
  files += 1;
  const path = join(folder, `rc-wait-${files}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** The file with the flags of a server at the simulator. */
const fileFor = (flags: readonly string[], more = ''): string =>
  serviceFile(
    `RC_WAIT_API_URL="${flags[1]}"\nRC_WAIT_SOURCE_ADDRESS=${flags[3]}\nRC_WAIT_STATE_DIR=${flags[5]}\n${more}`,
  );

describe('a command typed by hand', () => {
  it.each([[['status']], [['details']], [['wait', '--network', 'off']]])(
    '%j goes by the file of rc-wait.service, and says once which of it counts',
    async (args) => {
      const { flags, requests, url, address, stateDir } = play(done);
      const path = fileFor(flags);
      const { exit, out, err } = await rcWait(args, { serviceFile: path });
      expect({ exit, out }).toEqual({ exit: 0, out: expect.stringContaining('DEPLOYED') });
      expect(err.split('\n')[0]).toBe(
        `rc-wait: from ${path}: RC_WAIT_API_URL=${url} RC_WAIT_SOURCE_ADDRESS=${address} RC_WAIT_STATE_DIR=${stateDir}`,
      );
      expect(err.match(/from /g)).toHaveLength(1);
      expect(requests()).toBeGreaterThan(0);
    },
  );

  it('leaves the network alone where the file says so', async () => {
    const { flags } = play(done);
    const path = fileFor(flags, 'RC_WAIT_NETWORK=off\nRC_WAIT_TIMEOUT=20s\n');
    const { exit, out } = await rcWait(['wait', '-q'], { serviceFile: path });
    expect({ exit, out }).toEqual({
      exit: 0,
      out: expect.stringContaining('network left alone: by --network off'),
    });
  });

  it('is not told where there is nothing to tell: the flag and the environment win, and how the service reports is its own', async () => {
    const { flags } = play(done);
    const path = serviceFile(
      'RC_WAIT_REGION=syd\nRC_WAIT_STATE_DIR=/nowhere\nRC_WAIT_OUTPUT=json\nRC_WAIT_TIMEOUT=1ms\n# RC_WAIT_CA_FILE=/x\nRC_WAIT_SOURCE=\n',
    );
    const env = { RC_WAIT_REGION: '' };
    const { exit, out, err } = await rcWait(['status', ...flags], { serviceFile: path, env });
    expect({ exit, out, err }).toEqual({ exit: 0, out: 'DEPLOYED\n', err: '' });
  });

  it('goes by the file whatever words are behind --, which are of another program', async () => {
    const { flags, stateDir } = play(done);
    const path = fileFor(flags);
    const words = [
      'wait',
      '--network',
      'off',
      '--',
      'true',
      '--quiet',
      '--state-dir',
      '/nowhere',
      '--root',
      '/mnt',
    ];
    const { exit, err } = await rcWait(words, { serviceFile: path });
    expect({ exit, first: err.split('\n')[0] }).toEqual({
      exit: 0,
      first: expect.stringContaining(`rc-wait: from ${path}: RC_WAIT_API_URL=`),
    });
    expect(err).toContain(`RC_WAIT_STATE_DIR=${stateDir}`);
  });

  it('says nothing of the file with --quiet, and goes by it all the same', async () => {
    const { flags } = play(done);
    expect(await rcWait(['status', '--quiet'], { serviceFile: fileFor(flags) })).toEqual({
      exit: 0,
      out: 'DEPLOYED\n',
      err: '',
    });
  });

  it('below another root does not go by the file of this system', async () => {
    const path = serviceFile('RC_WAIT_PUBLIC_INTERFACE=disable\n');
    const args = ['network', 'plan', '--gateway', '10.208.0.1', '--root', rootWith()];
    expect((await rcWait(args, { serviceFile: path })).err).not.toContain('rc-wait: from');
  });

  it('for which the file says that the network is left alone still plans a change', async () => {
    const path = serviceFile('RC_WAIT_NETWORK=off\n');
    const { err } = await rcWait(['network', 'plan', '--gateway', '192.0.2.199'], { serviceFile: path });
    expect(err).not.toContain('rc-wait: from');
  });

  it('from elsewhere (remote, simulate) never reads it', async () => {
    const path = serviceFile('RC_WAIT_MANAGED=auto\n');
    const { err } = await rcWait(['remote'], { serviceFile: path });
    expect(err).not.toMatch(/MANAGED|rc-wait: from/);
  });

  it('in the service itself reads it no second time', async () => {
    const { flags } = play(done);
    const env = { NOTIFY_SOCKET: '/nowhere' };
    const args = ['wait', '--network', 'off', ...flags];
    const { err } = await rcWait(args, { serviceFile: serviceFile('RC_WAIT_REGION=syd\n'), env });
    expect(err).not.toContain('rc-wait: from');
  });
});

describe('a file of rc-wait.service that is wrong', () => {
  it.each([
    ['others may write to', 0o646],
    ['a group may write to', 0o664],
  ])('and that %s does not count, which is said', async (_who, mode) => {
    const { flags } = play(done);
    const path = serviceFile('RC_WAIT_STATE_DIR=/nowhere\n', mode);
    const { exit, err } = await rcWait(['status', ...flags.slice(0, 4), '--state-dir', scratch()], {
      serviceFile: path,
    });
    expect(exit).toBe(0);
    expect(err).toMatch(
      /^rc-wait: warning: cannot use \S+, which rc-wait\.service uses: .*can be written by others/,
    );
  });

  it('has an unknown variable: a warning by hand', async () => {
    const { flags } = play(done);
    const path = serviceFile('RC_WAIT_NETWROK=off\n');
    expect(await rcWait(['status', ...flags], { serviceFile: path })).toEqual({
      exit: 0,
      out: 'DEPLOYED\n',
      err: `rc-wait: warning: cannot use RC_WAIT_NETWROK in ${path}: there is no such variable; write RC_WAIT_NETWORK in its place, if that is meant\n`,
    });
  });

  it('has a value that cannot be: an error, for what the service does is not known', async () => {
    const path = serviceFile('RC_WAIT_NETWORK=wickd\n');
    const { exit, err } = await rcWait(['wait'], { serviceFile: path });
    expect(exit).toBe(64);
    expect(err).toMatch(
      /^rc-wait: cannot use RC_WAIT_NETWORK=wickd: .* is expected \(in .*\)\n +did you mean wicked\?/,
    );
    const { flags } = play(done);
    expect(await rcWait(['status', ...flags], { serviceFile: path })).toMatchObject({ exit: 0, err: '' });
  });

  it('cannot be read: a warning', async () => {
    const { flags } = play(done);
    const { exit, err } = await rcWait(['status', ...flags], { serviceFile: folder });
    expect(exit).toBe(0);
    expect(err).toContain('which rc-wait.service uses: it is a directory\n');
  });
});
