import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { Debian } from './container.ts';
import type { Packages } from './packages.ts';

const role = join(import.meta.dirname, '../../../packaging/ansible');

/** The role and the example, as they are; the folder on the server. */
const files = readdirSync(role, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name))
  .map((source) => ({ source, target: source.replace(role, '/ansible') }));

/** The example, and what a test needs besides: a simulated API, and no network that could be changed. */
const variables = {
  rc_wait_package: '/rc-wait.deb',
  rc_wait_settings: { RC_WAIT_API_URL: 'http://127.0.0.1:8080', RC_WAIT_NETWORK: 'off' },
  rc_wait_dependents: ['dependent.service'],
  rc_wait_timeout: 300,
};

/** One run of the playbook on the server itself; its output, whatever its exit status. */
function play(server: Debian, more: object = {}): Promise<string> {
  const extra = JSON.stringify({ ...variables, ...more });
  return server.ask(`cd /ansible && ansible-playbook -i localhost, -c local example.yml -e '${extra}' 2>&1`);
}

/** How the simulated automation ends. */
async function automationEnds(server: Debian, outcome: string): Promise<void> {
  const body = JSON.stringify({ outcome, now: true });
  await server.run(`curl -sSf -X POST --data '${body}' http://127.0.0.1:8080/_simulator/servers/127.0.0.1`);
}

/** The role, run by the Ansible of two releases. */
export function describeAnsible(made: () => Packages): void {
  describe.concurrent.each(['bookworm', 'trixie'])('the Ansible role on %s', (suite) => {
    it('installs, configures, waits, fails with the reason, goes on after the repair, and changes nothing the next time', async ({
      expect,
    }) => {
      await using server = await Debian.start({
        suite,
        also: { image: 'rcwait-ansible', packages: ['ansible-core', 'ansible-lint'] },
        isBooted: true,
        files: [...files, { source: made().deb, target: '/rc-wait.deb' }],
      });
      expect(await server.ask('cd /ansible && ansible-lint --strict 2>&1')).toMatch(/Passed|passed/);
      await server.run(
        'printf "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=true\\n" >/etc/systemd/system/dependent.service',
      );

      expect(await play(server, { rc_wait_until_deployed: false })).toMatch(/failed=0/);
      await server.run(
        'systemd-run --quiet --unit=api rc-wait simulate --listen 127.0.0.1:8080 && systemctl start --no-block dependent.service',
      );
      await server.until(
        'it waits',
        'systemctl show -P StatusText rc-wait.service | grep DEPLOYING && curl -s http://127.0.0.1:8080/',
      );
      await automationEnds(server, 'FAILED');
      const failed = await play(server);
      expect(failed).toMatch(/RackConnect: .*FAILED.*\(exit status 1\)/);
      expect(failed).toMatch(/failed=1/);
      expect(await server.ask('systemctl is-active dependent.service')).toBe('inactive');

      await automationEnds(server, 'DEPLOYED');
      expect(await play(server)).toMatch(/changed=1 .*failed=0/);
      await server.run('systemctl start dependent.service');
      expect(await play(server)).toMatch(/changed=0 .*failed=0/);
      expect(await play(server, { rc_wait_settings: { RC_WAIT_NETWROK: 'off\nx' } })).toMatch(
        /must begin with RC_WAIT_, and its value must be one line/,
      );
    });
  });
}
