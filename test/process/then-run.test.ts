import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { done, rootWith, scratch, simulator } from '../cli/harness.ts';
import { main, node, type Program, rcWait, start, startProgram } from './program.ts';

const { play } = await simulator();

const waitFlags = ['wait', '--network', 'off', '--quiet'];

/** A wait for a server that is DEPLOYED, and then this command. */
const deployedThen = (command: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  rcWait([...waitFlags, ...play(done).flags, '--', ...command], { env });

/** The same on a terminal of its own, and then this program for Node. */
function onTerminal(path: string): Program {
  const words = [node, main, ...waitFlags, ...play(done).flags, '--', node, path].map((word) => `'${word}'`);
  return startProgram(
    ['script', '--quiet', '--flush', '--return', '--command', `exec ${words.join(' ')}`, '/dev/null'],
    { TERM: 'xterm' },
    'pipe',
  );
}

describe('the command after a wait that succeeded', () => {
  it('has its own words and gives rc-wait its exit status', async () => {
    const { exit, out } = await deployedThen([
      'sh',
      '-c',
      'echo "$0 $@"; exit 42',
      '--help',
      '-q',
      'a b',
      '--',
    ]);
    expect(exit).toBe(42);
    expect(out).toMatch(/^DEPLOYED already .*\n.*\n--help -q a b --\n$/);
  });

  it('writes below the document, which is the first line of standard output', async () => {
    const { flags } = play(done);
    const { exit, out } = await rcWait([...waitFlags, '--output', 'json', ...flags, '--', 'echo', 'ready']);
    const [document = '', ...rest] = out.split('\n');
    expect(JSON.parse(document)).toMatchObject({ outcome: 'deployed' });
    expect([exit, rest]).toEqual([0, ['ready', '']]);
  });

  it('reads the standard input of rc-wait', async () => {
    const line = 'echo typed | "$@"';
    const argv = [
      'sh',
      '-c',
      line,
      'sh',
      node,
      main,
      ...waitFlags,
      ...play(done).flags,
      '--',
      'cat',
    ] as const;
    const { exit, out } = await startProgram([...argv]).ended;
    expect([exit, out.split('\n').at(-2)]).toEqual([0, 'typed']);
  });

  it('runs once the gateway is set, and knows the result', async () => {
    const { flags } = play({ ...done, gateway: { address: '10.208.0.1' } });
    const root = rootWith();
    const script = 'echo "$RC_WAIT_OUTCOME $RC_WAIT_GATEWAY_IP"; cat "$0"/etc/netplan/*';
    const command = ['--', 'sh', '-c', script, root];
    const { exit, out } = await rcWait(['wait', '--quiet', '--root', root, ...flags, ...command]);
    expect(exit).toBe(0);
    expect(out).toMatch(/\ndeployed 10\.208\.0\.1\n[\s\S]*(?:via|gateway4): 10\.208\.0\.1\n/);
  });

  it('gets no secret that is meant for rc-wait', async () => {
    const { out } = await deployedThen(['env'], {
      RAX_API_KEY: 's3cret',
      OS_PASSWORD: 's3cret',
      RC_WAIT_SIGNAL_TOKEN: 's3cret',
      RCWAIT_HELD_NODE_OPTIONS: '--no-warnings',
      EDITOR: 'vi',
    });
    expect(out).not.toContain('s3cret');
    expect(out).toMatch(/^NODE_OPTIONS=--no-warnings$/m);
    expect(out).toMatch(/^EDITOR=vi$/m);
  });

  it.each([
    ['/nowhere/x', 127, 'cannot run /nowhere/x: there is no such program'],
    ['rc-wait-frob', 127, 'cannot run rc-wait-frob: there is no such program'],
    ['/etc', 126, 'cannot run /etc: permission denied'],
  ])('that cannot be started: %j ends with %i', async (program, status, message) => {
    const { exit, err } = await deployedThen([program]);
    expect({ exit, err }).toEqual({ exit: status, err: `rc-wait: ${message}\n` });
  });

  it.each(['TERM', 'HUP', 'INT'] as const)('gets SIG%s, and decides how it ends', async (name) => {
    const script = `trap 'echo caught; exit 9' ${name}; echo running; while :; do sleep 0.1; done`;
    const program = start([...waitFlags, ...play(done).flags, '--', 'sh', '-c', script]);
    await program.saw(/running/);
    program.child.kill(`SIG${name}`);
    const { exit, out } = await program.ended;
    expect(exit).toBe(9);
    expect(out).toMatch(/running\ncaught\n$/);
  });

  it('has the terminal: it gets Ctrl-C once, and reads what is typed', async () => {
    const path = join(scratch(), 'interactive.cjs');
    const script = `
process.on('SIGINT', () => console.log('caught'));
process.stdin.once('data', (data) => {
  console.log('read ' + String(data).trim());
  process.exit(7);
});
console.log('running');
`;
    writeFileSync(path, script);
    const program = onTerminal(path);
    await program.saw(/running/);
    program.child.stdin?.write('\u0003');
    await program.saw(/caught/);
    // Long enough for another one, if rc-wait passed it on.
    await setTimeout(1_000);
    program.child.stdin?.write('hello\n');
    const { exit, out } = await program.ended;
    expect(out.match(/caught/g)).toHaveLength(1);
    expect(out).toMatch(/read hello\r\n$/);
    expect(exit).toBe(7);
  });

  it('gets a SIGINT that is sent to rc-wait alone, on a terminal too, and Ctrl-C still once', async () => {
    const path = join(scratch(), 'patient.cjs');
    const script = `
process.on('SIGINT', () => console.log('caught'));
process.stdin.once('data', () => process.exit(7));
console.log('running below ' + process.ppid + ';');
`;
    writeFileSync(path, script);
    const program = onTerminal(path);
    let seen = '';
    program.child.stdout?.on('data', (data) => {
      seen += data;
    });
    await program.saw(/running below \d+;/);
    process.kill(Number(/running below (\d+);/.exec(seen)?.[1]), 'SIGINT');
    await program.saw(/caught/);
    program.child.stdin?.write('\u0003');
    await program.saw(/caught[\s\S]*caught/);
    // Long enough for another one, if rc-wait passed it on.
    await setTimeout(1_000);
    program.child.stdin?.write('enough\n');
    const { exit, out } = await program.ended;
    expect(out.match(/caught/g)).toHaveLength(2);
    expect(exit).toBe(7);
  });

  it('that a signal ends makes the status 128 and its number', async () => {
    expect(await deployedThen(['sh', '-c', 'kill -USR1 $$'])).toMatchObject({ exit: 138 });
  });

  it('starts with the signals ignored that rc-wait was to ignore, as by nohup', async () => {
    const { out } = await deployedThen(['grep', 'SigIgn', '/proc/self/status'], { RCWAIT_IGNORED: 'HUP' });
    expect(out).toMatch(/SigIgn:\t0{15}1\n$/);
  });
});

describe('the command is not run', () => {
  const touch = (): { readonly file: string; readonly command: readonly string[] } => {
    const file = `${scratch()}/ran`;
    return { file, command: ['--', 'touch', file] };
  };

  it.each([
    ['FAILED', { ...done, outcome: 'FAILED' }, 1],
    ['UNPROCESSABLE', { ...done, outcome: 'UNPROCESSABLE' }, 3],
  ])('after %s, which keeps its status', async (_name, patch, status) => {
    const { exit, out } = await rcWait([...[...waitFlags, ...play(patch).flags, '--', 'echo', 'never']]);
    expect(exit).toBe(status);
    expect(out).not.toContain('never');
  });

  it('where flags are wrong', async () => {
    const { exit, out } = await rcWait(['wait', '--frob', ...touch().command]);
    expect([exit, out]).toEqual([64, '']);
  });

  it('after an interruption', async () => {
    const program = start(['wait', ...play({ deployedAfter: 'never' }).flags, '--', 'echo', 'never']);
    await program.saw(/DEPLOYING/);
    program.child.kill('SIGTERM');
    const { exit, out } = await program.ended;
    expect(exit).toBe(143);
    expect(out).not.toContain('never\n');
  });
});
