import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { variableOf } from '../../src/cli/args/flags.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { rcWait, simulator } from './harness.ts';

const { play } = await simulator();
const usageHint = (command: string): string => `         see rc-wait ${command} --help\n`;

describe('--help', () => {
  it.each(['', ...commands.map(({ name }) => name), 'network'])('of rc-wait %s', async (name) => {
    const { exit, out, err } = await rcWait([...name.split(' ').filter(Boolean), '--help']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatchSnapshot();
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    'of rc-wait %s has examples, and words for every flag',
    async (name, command) => {
      expect(command.examples.length).toBeGreaterThan(0);
      expect(Object.values(command.flags).filter(({ describe: words }) => !words)).toEqual([]);
      const { out } = await rcWait([...name.split(' '), '-h']);
      for (const flag of Object.keys(command.flags)) expect(out).toContain(`--${flag}`);
    },
  );

  it('of rc-wait fits one screen of 80 × 24, has each command, and the flags of none', async () => {
    const { out } = await rcWait(['--help']);
    const lines = out.trimEnd().split('\n');
    // One line is the prompt's.
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const { name, hidden } of commands) {
      const [word = '', second = ''] = name.split(' ');
      const line = lines.find((text) => text.trim().startsWith(`${word} `));
      if (!hidden) expect(line).toContain(second);
    }
    expect(out).not.toContain('--timeout');
    expect((await rcWait(['wait', '--help'])).out).toContain('--timeout');
  });

  it('fits a narrow terminal', async () => {
    const { out } = await rcWait(['status', '--help'], { columns: 60 });
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

it.each(['--version', '-V', 'version'])('tells its version: rc-wait %s', async (word) => {
  expect(await rcWait([word])).toEqual({ exit: 0, out: `${manifest.version}\n`, err: '' });
});

it.each([
  ['help', '--help'],
  ['help status', 'status --help'],
  ['help network', 'network --help'],
])('rc-wait %s is rc-wait %s', async (words, flag) => {
  const { exit, out } = await rcWait(words.split(' '));
  expect({ exit, out }).toEqual({ exit: 0, out: (await rcWait(flag.split(' '))).out });
  expect(out).toContain('Usage: rc-wait');
});

it('-o and -q are --output and --quiet', async () => {
  const { flags } = play({ deployedAfter: '0s' });
  const { exit, out, err } = await rcWait(['wait', '--network', 'off', '-q', '-o', 'json', ...flags]);
  expect({ exit, err }).toEqual({ exit: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({ outcome: 'deployed' });
});

describe('a variable that rc-wait does not have', () => {
  const env = { RC_WAIT_NETWROK: 'off' };

  it('is an error for the wait of a service: nobody would see a warning, and its network would be changed', async () => {
    const { flags, requests } = play({ deployedAfter: '0s' });
    const { exit, err } = await rcWait(['wait', ...flags], { env: { ...env, NOTIFY_SOCKET: '/nowhere' } });
    expect(exit).toBe(64);
    expect(err).toContain('cannot use RC_WAIT_NETWROK: there is no such variable\n');
    expect(err).toContain('did you mean RC_WAIT_NETWORK? (see /etc/default/rc-wait and the unit)\n');
    expect(requests()).toBe(0);
  });

  it('is a warning for a wait by hand, and for other commands', async () => {
    const warning =
      'rc-wait: warning: cannot use RC_WAIT_NETWROK: there is no such variable; did you mean RC_WAIT_NETWORK?\n';
    for (const args of [['wait', '--network', 'off', '--quiet'], ['status']]) {
      const { flags } = play({ deployedAfter: '0s' });
      const { exit, err } = await rcWait([...args, ...flags], { env });
      expect({ exit, err }).toEqual({ exit: 0, err: warning });
    }
  });
});

describe('a command line that is wrong exits with 64 and says what is wrong', () => {
  it.each<[string[], string, string?]>([
    [['--frobnicate'], 'cannot use --frobnicate: there is no such flag'],
    [['-x'], 'cannot use -x: there is no such flag'],
    [['status', '--root', '/mnt'], 'cannot use --root: rc-wait status has no such flag', 'status'],
    [['--region'], 'cannot use --region: a value is expected after it'],
    [['--timeout', '--quiet'], 'cannot use --timeout: a value is expected after it'],
    [['--timeout', '90'], 'cannot use --timeout 90: a duration such as 90s, 15m, 1h or infinity is expected'],
    [['--output', 'xml'], 'cannot use --output xml: human or json is expected'],
    [
      ['network', 'plan', '--network', 'off'],
      'cannot use --network off: auto, netplan, ifupdown, networkd, networkmanager, ifcfg or wicked is expected',
      'network plan',
    ],
    [['--output', 'a', '--network', 'b'], 'cannot use --output a: human or json is expected'],
    [
      ['--log-level', 'loud'],
      'cannot use --log-level loud: trace, debug, info, warn, error or silent is expected',
    ],
  ])('%j', async (args, message, command = 'wait') => {
    const err = `rc-wait: ${message}\n${usageHint(command)}`;
    expect(await rcWait(args)).toEqual({ exit: 64, out: '', err });
  });

  it.each<[string, string]>([
    [
      'network apply --gatewya 10.0.0.1',
      '--gatewya: there is no such flag\n         did you mean --gateway?',
    ],
    ['network apply --gatewya', '--gatewya: there is no such flag\n         did you mean --gateway?'],
    ['remote --repot web.html', '--repot: there is no such flag\n         did you mean --report?'],
  ])('and %s names the flags of that command alone', async (line, words) => {
    const command = line.split(' --', 1)[0];
    const { exit, err } = await rcWait(line.split(' '));
    expect({ exit, err }).toEqual({
      exit: 64,
      err: `rc-wait: cannot use ${words} see rc-wait ${command} --help\n`,
    });
  });

  it('and where no command is known all help is named', async () => {
    const { err } = await rcWait(['network', '--gatewya', '10.0.0.1', 'apply']);
    expect(err).toBe(
      'rc-wait: cannot use --gatewya: there is no such flag\n         did you mean --gateway? see rc-wait --help\n',
    );
  });

  it.each(['check', 'rollback'])('and network %s says why it has no --state-dir', async (word) => {
    const { exit, err } = await rcWait(['network', word, '--state-dir', '/tmp/state']);
    expect(exit).toBe(64);
    expect(err).toBe(
      `rc-wait: cannot use --state-dir: rc-wait network ${word} has no such flag\n` +
        `         it does not ask the RackConnect API: leave it out; see rc-wait network ${word} --help\n`,
    );
  });

  it.each<[string[], NodeJS.ProcessEnv, string, string]>([
    [['wait', '--log-levl', 'info'], {}, 'cannot use --log-levl: there is no such flag', '--log-level'],
    [['status', '--formt=json'], {}, 'cannot use --formt: there is no such flag', '--format'],
    [
      ['--network', 'wickd'],
      {},
      'cannot use --network wickd: auto, off, netplan, ifupdown, networkd, networkmanager, ifcfg or wicked is expected',
      'wicked',
    ],
    [
      [],
      { RC_WAIT_NETWORK: 'nteplan' },
      'cannot use RC_WAIT_NETWORK=nteplan: auto, off, netplan, ifupdown, networkd, networkmanager, ifcfg or wicked is expected',
      'netplan',
    ],
    [['staus'], {}, 'cannot run "staus": there is no such command', 'status'],
    [['network', 'aply'], {}, 'cannot run "network aply": there is no such command', 'network apply'],
    [['help', 'rmote'], {}, 'cannot run "rmote": there is no such command', 'remote'],
  ])('and %j with %j says what was probably meant', async (args, env, message, meant) => {
    const { exit, out, err } = await rcWait(args, { env });
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(`rc-wait: ${message}\n         did you mean ${meant}?`);
  });

  const all = commands
    .filter(({ hidden }) => !hidden)
    .map(({ name }) => name)
    .join(', ');
  it.each<[string[], string, string]>([
    [['frobnicate'], 'cannot run "frobnicate": there is no such command', `the commands are: ${all}`],
    [
      ['frobnicate', '--help'],
      'cannot run "frobnicate": there is no such command',
      `the commands are: ${all}`,
    ],
    [
      ['status', 'extra'],
      'cannot use the argument "extra": status takes flags only',
      'see rc-wait status --help',
    ],
    [
      ['network'],
      'cannot run "network" alone: it needs a command',
      'the commands are: network plan, network apply, network check, network rollback',
    ],
    [
      ['network', '--root', '/mnt'],
      'cannot run "network" alone: it needs a command',
      'the commands are: network plan, network apply, network check, network rollback',
    ],
    [
      ['network', 'frob'],
      'cannot run "network frob": there is no such command',
      'the commands are: network plan, network apply, network check, network rollback',
    ],
  ])('%j', async (args, message, hint) => {
    expect(await rcWait(args)).toEqual({ exit: 64, out: '', err: `rc-wait: ${message}\n         ${hint}\n` });
  });

  it.each<[string[], RegExp]>([
    [
      ['--region', 'xyz'],
      /cannot use the region "xyz" \(--region\): it is not one of dfw, hkg, iad, lon, ord, syd/,
    ],
    [['--region='], /cannot use the region ""/],
    [['--api-url', 'foo'], /cannot use the API address "foo" \(--api-url\): it must begin with http/],
    [['--api-url', 'http://u:p@127.0.0.1'], /it must not hold credentials/],
    [
      ['status', '--region', 'dfw', '--source-address', '1.2.3'],
      /cannot use --source-address 1\.2\.3: an IPv4 address/,
    ],
    [
      ['status', '--region', 'dfw', '--interface', 'nope0'],
      /cannot use --interface nope0: this server has no such/,
    ],
    [['wait', '--region', 'dfw', '--interface', ''], /cannot use --interface "": this server has no such/],
    [['status', '--region', 'dfw', '--ca-file', '/nonexistent'], /cannot read \/nonexistent: no such file/],
    [['wait', '--root', '/nonexistent'], /cannot use --root \/nonexistent: no such file or directory/],
  ])('%j', async (args, message) => {
    const { exit, out, err } = await rcWait(args);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toMatch(message);
  });
});

it('takes the last of a flag that is given twice', async () => {
  const server = play({ deployedAfter: '0s', features: { configureNetworkStack: true } });
  const twice = [
    'region',
    'api-url',
    'interface',
    'source-address',
    'state-dir',
    'root',
    'output',
    'log-level',
  ];
  const { exit, out } = await rcWait([
    'wait',
    ...twice.flatMap((name) => [
      `--${name}`,
      name === 'output' ? 'human' : name === 'log-level' ? 'debug' : '/nonexistent',
    ]),
    ...['--region', 'dfw', '--interface', 'lo', '--root', '/', '--output', 'json', '--log-level', 'warn'],
    ...server.flags,
  ]);
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ outcome: 'deployed' });
});

describe('the environment', () => {
  it('gives every flag of every command', () => {
    const names = commands.flatMap(({ flags }) => Object.keys(flags));
    expect(
      Object.fromEntries([...new Set(names)].sort().map((name) => [name, variableOf(name)])),
    ).toMatchSnapshot();
  });

  it('can say all that the command line can', async () => {
    const server = play({ deployedAfter: '0s' });
    const { exit, out } = await rcWait(['status'], {
      env: {
        RC_WAIT_API_URL: server.url,
        RC_WAIT_SOURCE_ADDRESS: server.address,
        RC_WAIT_STATE_DIR: server.stateDir,
        RC_WAIT_OUTPUT: 'json',
      },
    });
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ automation_status: 'DEPLOYED' });
    expect(server.requests()).toBe(1);
  });

  it('yields to the command line', async () => {
    const server = play({ deployedAfter: '0s' });
    const env = { RC_WAIT_API_URL: 'http://127.0.0.1:1', RC_WAIT_OUTPUT: 'json', RC_WAIT_TIMEOUT: '1s' };
    const { exit, out } = await rcWait(['status', ...server.flags, '--output', 'human', '--timeout', '60s'], {
      env,
    });
    expect({ exit, out }).toEqual({ exit: 0, out: 'DEPLOYED\n' });
  });

  it('is none where a variable is empty', async () => {
    const server = play({ deployedAfter: '0s' });
    const env = { RC_WAIT_OUTPUT: '', RC_WAIT_QUIET: '', RC_WAIT_REGION: '', RC_WAIT_TIMEOUT: '' };
    expect((await rcWait(['status', ...server.flags], { env })).out).toBe('DEPLOYED\n');
  });

  it('turns switches on, and the command line off again', async () => {
    const server = play({ deployedAfter: '0s', features: { configureNetworkStack: true } });
    const env = { RC_WAIT_QUIET: 'yes' };
    const first = await rcWait(['wait', ...server.flags], { env });
    const second = await rcWait(['wait', ...server.flags, '--no-quiet'], { env });
    expect(first.err).toBe('');
    expect(second.err).toContain('rc-wait: DEPLOYED');
  });

  it.each([
    [{ RC_WAIT_QUIET: 'maybe' }, 'cannot use RC_WAIT_QUIET=maybe: true or false is expected'],
    [
      { RC_WAIT_TIMEOUT: '60' },
      'cannot use RC_WAIT_TIMEOUT=60: a duration such as 90s, 15m, 1h or infinity is expected',
    ],
  ])('is refused by the name of the variable: %o', async (env, message) => {
    expect(await rcWait([], { env })).toEqual({ exit: 64, out: '', err: `rc-wait: ${message}\n` });
  });
});
