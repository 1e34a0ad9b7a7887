import { beforeAll, describe, it } from 'vitest';
import { Debian } from './container.ts';
import type { Packages } from './packages.ts';

const deb = '/rc-wait.deb';
const node = '/usr/lib/rc-wait/lib/node';

/** The entry of the last end, as JSON of all its fields. */
const lastEntry = 'journalctl -u rc-wait.service RC_WAIT_EXIT_STATUS=1 -o json -n 1';

/** What the real journald makes of the end of a wait. */
export function describeJournal(made: () => Packages): void {
  let files: { source: string; target: string }[];

  beforeAll(() => {
    files = [{ source: made().deb, target: deb }];
  });

  describe.concurrent.each(['bullseye', 'bookworm', 'trixie'])('the journal of %s', (suite) => {
    it('explains FAILED and says what to do, and filters by the outcome', async ({ expect }) => {
      await using server = await Debian.start({ suite, isBooted: true, files });
      await server.run(`apt-get -qq install -y --no-install-recommends ${deb} 2>&1`);
      await server.run(
        [
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

      await server.run('dpkg --purge rc-wait 2>&1');
      expect(await server.ask('journalctl --list-catalog | grep rc-wait:')).toBe('');
    });
  });
}
