import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fill, parseCommand } from '../../src/remote/command-line.ts';
import { createExec, type ExecEnd } from '../../src/remote/exec.ts';
import type { Watched } from '../../src/remote/types.ts';
import { until } from '../support/until.ts';

/** A server that is ready. */
function ready(part: Partial<Watched> = {}): Watched {
  return {
    id: 'id-1',
    name: 'web-1',
    region: 'ORD',
    serverStatus: 'ACTIVE',
    automation: 'DEPLOYED',
    managed: undefined,
    ip: '198.51.100.7',
    serviceNetIp: '10.208.5.7',
    verdict: 'deployed',
    why: undefined,
    bareSinceMs: undefined,
    addresses: {},
    sinceMs: 0,
    foundMs: 0,
    endedMs: 1,
    ...part,
  };
}

const filled = (text: string, server = ready()) => fill(parseCommand(text), server);

describe('a command line', () => {
  it.each<[string, readonly string[]]>([
    ['ansible-playbook -i {ip}, site.yml', ['ansible-playbook', '-i', '198.51.100.7,', 'site.yml']],
    ['  a   b  ', ['a', 'b']],
    [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`a "" ''`, ['a', '', '']],
    [`a "q\\"q" 'x\\y' "\\n"`, ['a', 'q"q', 'x\\y', '\\n']],
    ['a {id}/{name}/{region}/{servicenet_ip}', ['a', 'id-1/web-1/ORD/10.208.5.7']],
    [`a '{"a":1}' {} {A}`, ['a', '{"a":1}', '{}', '{A}']],
  ])('%s', (text, words) => {
    expect(filled(text)).toEqual(words);
  });

  it.each([
    ['', 'it is empty'],
    ['  ', 'it is empty'],
    ["a 'b", 'a quote or a backslash at its end has nothing to close it'],
    ['a "b\\"', 'a quote or a backslash at its end has nothing to close it'],
    ['a \\', 'a quote or a backslash at its end has nothing to close it'],
    ['{name} x', 'the program to be run must be named: no value of a server may stand in its name'],
    ['./deploy-{region}', 'the program to be run must be named: no value of a server may stand in its name'],
    ['a {constructor}', 'there is no {constructor}; there are {id}, {name}, {region}, {ip}, {servicenet_ip}'],
    ['a {host}', 'there is no {host}; there are {id}, {name}, {region}, {ip}, {servicenet_ip}'],
  ])('%j is refused', (text, why) => {
    expect(() => parseCommand(text)).toThrowError(
      expect.objectContaining({
        code: 'USAGE',
        message: `cannot use --exec ${JSON.stringify(text)}: ${why}`,
      }),
    );
  });

  it('is not run for a server without what it needs', () => {
    expect(filled('a {ip}', ready({ ip: undefined }))).toEqual({ lacks: '{ip}' });
  });

  it('gives the name of a server as one word, or is not run: never as an option, never with control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const words = filled("echo x{name}y '{name}'", ready({ name }));
        if (/^-|[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(name))
          expect(words).toHaveProperty('fault');
        else expect(words).toEqual(['echo', `x${name}y`, name]);
      }),
    );
  });

  it.each([
    ['198.51.100.7', true],
    ['2001:db8::7', true],
    ['-oProxyCommand=touch /x', false],
    ['198.51.100.7 -oProxyCommand=x', false],
    ['host.example', false],
    ['0x7f.1', false],
    ['fe80::1%$(id)', false],
    ['', false],
  ])('takes for {ip} and {servicenet_ip} an address alone: %j', (ip, isOne) => {
    expect(filled('ssh {ip}', ready({ ip }))).toEqual(
      isOne ? ['ssh', ip] : { fault: `its {ip} is no IP address: ${JSON.stringify(ip)}` },
    );
    expect(filled('ssh root@{servicenet_ip}', ready({ serviceNetIp: ip }))).toEqual(
      isOne
        ? ['ssh', `root@${ip}`]
        : { fault: `its {servicenet_ip} is no IP address: ${JSON.stringify(ip)}` },
    );
  });

  it.each<[string, Partial<Watched>, string]>([
    ['a {name}', { name: '--all' }, '"--all" in place of {name} would be taken for an option'],
    ['a {name}-x', { name: '' }, '"-x" in place of {name}-x would be taken for an option'],
    ['a {id}', { id: '-x' }, '"-x" in place of {id} would be taken for an option'],
    ['a x={region}', { region: 'A\nB' }, 'its {region} holds control characters: "A\\nB"'],
    ['a {name}', { name: 'a\0b' }, 'its {name} holds control characters: "a\\u0000b"'],
    ["sh -c 'echo {name}'", { name: '$(id)' }, 'its {name} would be read as code there: "$(id)"'],
    ["bash -ec 'echo {name}'", { name: 'a b' }, 'its {name} would be read as code there: "a b"'],
    ['sudo /bin/sh -c {name}', { name: 'reboot; x' }, 'its {name} would be read as code there: "reboot; x"'],
    ['ssh {ip} deploy {name}', { name: '`id`' }, 'its {name} would be read as code there: "`id`"'],
    [
      'ansible-playbook -e x={name} site.yml',
      { name: "{{lookup('pipe','id')}}" },
      `its {name} would be read as code there: "{{lookup('pipe','id')}}"`,
    ],
  ])('%s is not run where a value would become an option or code (%j)', (text, part, fault) => {
    expect(filled(text, ready(part))).toEqual({ fault });
  });

  it.each([
    ['--name={name}', '--all'],
    ['-l {name}', 'web-1'],
    ['sh -c \'echo "$1"\' sh {name}', '$(id)'],
    ["sh -c 'echo {name}'", 'web-1.example.com'],
    ['ssh {ip} deploy {name}', 'web_1'],
  ])('a %s is run where it would not (%s)', (text, name) => {
    expect(filled(`a ${text}`, ready({ name }))).toContain(
      text.startsWith('--') ? `--name=${name}` : text.includes('echo {') ? `echo ${name}` : name,
    );
  });
});

/** Runs a command for these servers to its end. */
async function run(
  text: string,
  servers: readonly Watched[],
  part: Partial<Parameters<typeof createExec>[0]> = {},
) {
  const lines: string[] = [];
  const ends: ExecEnd[] = [];
  const exec = createExec({
    template: parseCommand(text),
    jobs: 4,
    timeoutMs: 20_000,
    env: { PATH: process.env.PATH },
    signal: new AbortController().signal,
    onLine: ({ name }, line) => lines.push(`${name}: ${line}`),
    onEnd: (end) => ends.push(end),
    ...part,
  });
  for (const server of servers) exec.add(server);
  await exec.done();
  return { lines, ends, reasons: ends.map(({ reason }) => reason) };
}

describe('the commands', () => {
  it('are run with the values of their server, in words and in variables', async () => {
    const { lines, ends } = await run(
      `sh -c 'echo "$1" "$RC_WAIT_SERVER_ID $RC_WAIT_SERVER_IP"; echo no >&2' sh {name}`,
      [ready()],
    );
    expect(lines.sort()).toEqual(['web-1: no', 'web-1: web-1 id-1 198.51.100.7']);
    expect(ends[0]).toMatchObject({ exit: 0, reason: undefined });
  });

  it('never make a shell of a name', async () => {
    const { lines } = await run('echo {name}', [ready({ name: '$(touch /tmp/x); `id`' })]);
    expect(lines).toEqual(['$(touch /tmp/x); `id`: $(touch /tmp/x); `id`']);
  });

  it('never run more than so many at the same time, and all of them run', async () => {
    const servers = Array.from({ length: 12 }, (_, index) => ready({ id: `${index}`, name: `s${index}` }));
    let running = 0;
    let most = 0;
    const { ends } = await run("sh -c 'echo begin; sleep 0.05; echo end'", servers, {
      jobs: 3,
      onLine: (_, line) => {
        running += line === 'begin' ? 1 : -1;
        most = Math.max(most, running);
      },
    });
    expect(ends).toHaveLength(12);
    expect(most).toBeLessThanOrEqual(3);
  });

  it.each<[string, string, Partial<Watched>, string]>([
    ['a status', "sh -c 'exit 7'", {}, 'ended with status 7'],
    ['a signal', "sh -c 'kill -9 $$'", {}, 'ended by SIGKILL'],
    [
      'no such program',
      'rc-wait-no-such-program',
      {},
      'cannot run rc-wait-no-such-program: there is no such program',
    ],
    [
      'a path that cannot be one',
      '/etc/passwd/x {ip}',
      {},
      'cannot run /etc/passwd/x: a part of the path is not a directory',
    ],
    ['nothing to fill in', 'echo {ip}', { ip: undefined }, 'the server has no {ip}'],
  ])('that end with %s are told so', async (_, text, part, reason) => {
    expect((await run(text, [ready(part)])).reasons).toEqual([reason]);
  });

  it('of which one cannot be run do not keep the others from running', async () => {
    const servers = [ready({ id: 'id-0', name: 'x'.repeat(2 ** 20) }), ready()];
    const { ends } = await run('echo {name}', servers, { jobs: 1 });
    expect(ends.map(({ server, exit }) => [server.id, exit])).toEqual([
      ['id-0', undefined],
      ['id-1', 0],
    ]);
    expect(ends[0]?.reason).toMatch(/^cannot run echo: .*E2BIG/);
  });

  it('for which no file descriptor is left are told so', () => {
    const program = `
      import { openSync } from 'node:fs';
      import { createExec } from './src/remote/exec.ts';
      const onEnd = ({ reason }) => process.stdout.write(reason);
      const template = { words: ['true'] };
      const { signal } = new AbortController();
      const exec = createExec({ template, jobs: 1, timeoutMs: 9e3, env: {}, signal, onLine() {}, onEnd });
      try { for (;;) openSync('/dev/null'); } catch {}
      exec.add({ id: 'id-1', name: 'web-1', region: 'ORD' });
      await exec.done();`;
    const node = [process.execPath, '--input-type=module', '--eval', program];
    const ran = spawnSync('sh', ['-c', 'ulimit -n 64; exec "$@"', 'sh', ...node], { encoding: 'utf8' });
    expect(ran).toMatchObject({ stdout: 'cannot run true: too many open files', status: 0 });
  });

  it('are ended with all that they have started when their time is over', async () => {
    const { reasons, lines } = await run('sh -c \'sh -c "sleep 60; echo late" & echo $!; wait\'', [ready()], {
      timeoutMs: 300,
    });
    expect(reasons).toEqual(['not ended within 300 ms']);
    const pid = Number(lines[0]?.replace('web-1: ', ''));
    expect(pid).toBeGreaterThan(1);
    // Dead, though whoever has adopted it may not have noticed yet.
    const state = () => /^\d+ \(.*\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, { encoding: 'utf8' }))?.[1];
    await until(() => !existsSync(`/proc/${pid}`) || state() === 'Z');
  });

  it('have all the time that they take where their limit is longer than a timer can measure', async () => {
    expect((await run('sleep 0.05', [ready()], { timeoutMs: 2 ** 31 })).reasons).toEqual([undefined]);
  });

  it('are ended, and no more of them started, by an interrupt', async () => {
    const controller = new AbortController();
    const servers = [ready(), ready({ id: 'id-2', name: 'web-2' })];
    const { reasons } = await run("sh -c 'echo begun; sleep 60'", servers, {
      jobs: 1,
      signal: controller.signal,
      onLine: () => controller.abort(new Error('Ctrl-C')),
    });
    expect(reasons).toEqual(['interrupted', 'not started: interrupted']);
  });
});
