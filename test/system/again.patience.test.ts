import { describe, it } from 'vitest';
import { releases } from './boot/first-boot.ts';
import { Server } from './server.ts';

const service = 'rc-wait.service';
const etc = '/etc/systemd/system';
const runs = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n';

/** What waits in the ways there are: wanted by the boot, by a unit that waits, and by the target alone. */
const waiting = ['first.service', 'second.service', 'wanted.service'] as const;
const requires = (unit: string) => `[Unit]\nRequires=${unit}\nAfter=${unit}\n${runs}`;
const target = 'rackconnect-deployed.target';
const units = {
  [`${etc}/first.service`]: `${requires(target)}[Install]\nWantedBy=multi-user.target\n`,
  [`${etc}/second.service`]: `${requires('first.service')}[Install]\nWantedBy=multi-user.target\n`,
  [`${etc}/wanted.service`]: `${requires(target)}[Install]\nWantedBy=${target}\n`,
};
const enable = `[ -e /first ] || { systemctl enable ${waiting.join(' ')} heat.service; touch /first; }\n`;

/** A stack that writes down the status of each signal, in a file that outlives a reboot. */
const heat = {
  '/usr/local/lib/heat.py': `import http.server, json
class Heat(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open("/root/heard", "a") as heard:
            heard.write(body["status"] + "\\n")
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", 9000), Heat).serve_forever()
`,
  [`${etc}/heat.service`]:
    '[Service]\nExecStart=/usr/bin/python3 /usr/local/lib/heat.py\n[Install]\nWantedBy=multi-user.target\n',
};
const signalled = 'Environment=RC_WAIT_SIGNAL=http://127.0.0.1:9000/signal RC_WAIT_NETWORK=off';

const boot = (suite: 'bullseye' | 'trixie' | undefined, dropIn: string, api?: 'none') =>
  Server.boot({
    stack: 'ifupdown',
    suite,
    dependent: false,
    files: { ...units, ...heat },
    first: enable,
    dropIn: `[Service]\n${dropIn}\n`,
    ...(api === undefined ? {} : { api }),
  });

const states = (server: Server) => server.ask('systemctl', 'is-active', ...waiting);
const none = waiting.map(() => 'inactive').join('\n');
const all = waiting.map(() => 'active').join('\n');
const untilAllStarted = (server: Server) =>
  server.until('all that waited has started', async () => (await states(server)) === all);
const journal = (server: Server) =>
  server.ask('journalctl', '-b', '--no-pager', '--output=cat', `--unit=${service}`);

describe.concurrent.each(releases)('rc-wait.service on %s, started again', (_name, suite) => {
  it('tells a stack of verdicts alone, goes on after an interrupt, and a later success starts all that waited', async ({
    expect,
  }) => {
    await using server = await boot(suite, signalled);
    const interrupts: Readonly<Record<string, (pid: string) => Promise<unknown>>> = {
      'systemctl restart': () => server.run('systemctl', 'restart', '--no-block', service),
      'kill -INT': (pid) => server.run('kill', '-INT', pid),
      'kill -TERM': (pid) => server.run('kill', '-TERM', pid),
      'a machine that stood still': () => server.run('systemctl', 'kill', '--signal=STOP', service),
      'a reboot': () => server.reboot(),
    };
    for (const [name, interrupt] of Object.entries(interrupts)) {
      const pid = await server.mainPid();
      await interrupt(pid);
      await server.untilAnotherWaits(pid);
      expect(await states(server), name).toBe(none);
      expect(await server.ask('cat', '/root/heard'), name).toBe('');
    }

    await server.deploymentEnds('FAILED');
    await server.untilUnit(service, ['failed']);
    expect(await server.run('cat', '/root/heard')).toBe('FAILURE');
    await server.until('the boot has ended', async () =>
      /running|degraded/.test(await server.ask('systemctl', 'is-system-running')),
    );
    expect(await states(server)).toBe(none);

    await server.deploymentEnds('DEPLOYED');
    const api = '--api-url http://10.208.0.1:8080';
    // The service's last answer, FAILED, is used again by others for two seconds.
    await server.untilSucceeds('the API is asked again', `rc-wait status ${api} --quiet | grep -x DEPLOYED`);
    const byHand = `rc-wait wait ${api} --network off 2>&1`;
    expect(await server.run('sh', '-c', byHand)).toMatch(
      /rc-wait\.service has failed before.*: systemctl reset-failed rc-wait\.service; systemctl restart rc-wait\.service/,
    );
    expect(await states(server)).toBe(none);
    await server.run('systemctl', 'restart', service);
    await untilAllStarted(server);
    await server.until('the stack is told', async () =>
      (await server.run('cat', '/root/heard')).endsWith('\nSUCCESS'),
    );
    expect(await journal(server)).toMatch(
      /starting units that an earlier failure prevented: first\.service second\.service/,
    );
  });

  it.for([
    ['a command', 'ExecStartPre=/does/not/exist'],
    ['the sandbox', 'ReadWritePaths=/does/not/exist'],
  ])(
    'starts all that waited when a mistake in %s was mended, and doctor says how where it was tried too often',
    async ([_where, mistake], { expect }) => {
      const limit = '[Unit]\nStartLimitBurst=1\n[Service]\n';
      await using server = await boot(suite, `${mistake}\n${limit}`, 'none');
      await server.untilUnit(service, ['failed']);
      await server.untilUnit('multi-user.target', ['active']);
      await server.ask('systemctl', 'restart', service);
      expect(await journal(server)).toMatch(/Start request repeated too quickly/);
      expect(await server.ask('rc-wait', 'doctor', '--offline')).toContain(
        `systemctl reset-failed ${service}; systemctl restart ${service}`,
      );
      expect(await states(server)).toBe(none);

      // None of Rackspace's servers: it is ready at once.
      await server.run('rm', `${etc}/rc-wait.service.d/test.conf`);
      await server.run('systemctl', 'daemon-reload');
      await server.run('systemctl', 'reset-failed', service);
      await server.run('systemctl', 'restart', service);
      await untilAllStarted(server);
    },
  );

  it('waits though /run is full and /var/lib has no room for a file, and says what it cannot keep', async ({
    expect,
  }) => {
    await using server = await boot(suite, 'Environment=RC_WAIT_NETWORK=off');
    await server.run('systemctl', 'stop', service);
    await server.run('rm', '-rf', '/run/rc-wait');
    await server.run('mount', '-t', 'tmpfs', '-o', 'nr_inodes=1', 'none', '/var/lib');
    await server.run('sh', '-c', 'mount -o remount,size=8m /run; ! cat /dev/zero >/run/full 2>/dev/null');
    await server.run('systemctl', 'start', '--no-block', service, ...waiting);
    await server.untilAnotherWaits('0');
    expect(await journal(server)).toMatch(/install: cannot .*\/var\/lib\/rc-wait/);
    expect(await journal(server)).toMatch(/cannot use the ledger in \/run\/rc-wait/);
    await server.deploymentEnds('DEPLOYED');
    await untilAllStarted(server);
  });
});
