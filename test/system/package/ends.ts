import { beforeAll, describe, it } from 'vitest';
import { Debian } from './container.ts';
import type { Packages } from './packages.ts';

const deb = '/rc-wait.deb';
const node = '/usr/lib/rc-wait/lib/node';

/** The entry of the last end, as JSON of all its fields. */
const lastEntry = 'journalctl -u rc-wait.service RC_WAIT_EXIT_STATUS=1 -o json -n 1';

/** The folder of node_exporter's textfile collector, and the metrics of the service in it. */
const textfiles = '/var/lib/prometheus/node-exporter';
const metrics = `${textfiles}/rc-wait.prom`;

/** Only the program promtool of the package, which would start a service. */
const promtool = [
  'cd /srv && apt-get -qq update && apt-get -qq download prometheus',
  'dpkg -x prometheus_*.deb /srv/prometheus',
  `/srv/prometheus/usr/bin/promtool check metrics <${metrics}`,
].join(' && ');

/** What the real journald, and Prometheus, make of the end of a wait. */
export function describeEnds(made: () => Packages): void {
  let files: { source: string; target: string }[];

  beforeAll(() => {
    files = [{ source: made().deb, target: deb }];
  });

  describe.concurrent.each(['bullseye', 'bookworm', 'trixie'])('FAILED on %s', (suite) => {
    it('is explained by journalctl -x, found by its outcome, and in the metrics', async ({ expect }) => {
      await using server = await Debian.start({ suite, isBooted: true, files });
      await server.run(`apt-get -qq install -y --no-install-recommends ${deb} 2>&1`);
      await server.run(
        [
          `mkdir -p ${textfiles}`,
          'printf "RC_WAIT_API_URL=http://127.0.0.1:8080\\nRC_WAIT_NETWORK=off\\n" >>/etc/default/rc-wait',
          'echo "{deployedAfter: 0s, outcome: FAILED}" >/tmp/scenario.yaml',
          'systemd-run --quiet --unit=api rc-wait simulate --listen 127.0.0.1:8080 --scenario /tmp/scenario.yaml',
        ].join(' && '),
      );
      await server.until(
        'the API listens',
        `${node} -e 'fetch("http://127.0.0.1:8080/").catch(() => process.exit(1))'`,
      );
      await server.ask('systemctl start rc-wait.service');
      await server.until('the entry is there', `${lastEntry} | grep RC_WAIT_OUTCOME`);

      expect(JSON.parse(await server.run(lastEntry))).toMatchObject({
        RC_WAIT_OUTCOME: 'failed',
        RC_WAIT_STATUS: 'FAILED',
        SYSLOG_IDENTIFIER: 'rc-wait',
        PRIORITY: '3',
      });
      const explained = await server.run('journalctl -x -u rc-wait.service');
      expect(explained).toContain("Subject: RackConnect's automation of this server FAILED");
      expect(explained).toContain('rc-wait preflight');
      expect(explained).not.toContain('@RC_WAIT_');
      expect(explained).not.toContain('on-rackspace[');

      expect(await server.run(`stat -c '%a %U' ${metrics}`)).toBe('644 root');
      expect(await server.run(`cat ${metrics}`)).toContain('rc_wait_end{outcome="failed"} 1\n');
      // One release is enough: the text is the same on each.
      if (suite === 'bookworm') expect(await server.run(`${promtool} 2>&1`)).toBe('');

      await server.run('dpkg --purge rc-wait 2>&1');
      expect(await server.ask('journalctl --list-catalog | grep rc-wait:')).toBe('');
    });
  });
}
