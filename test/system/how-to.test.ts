import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { blocks } from '../docs/pages.ts';
import { loggedIn, startHost } from './how-to/host.ts';
import type { Machine } from './machine.ts';

let host: Machine;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host?.[Symbol.asyncDispose]());

describe('from Ansible', () => {
  it('the playbook configures the servers that are DEPLOYED, and shows the other', async () => {
    await host.write({ '/root/wait.yml': blocks('how-to/ansible', 'yaml')[0] ?? '' });
    const { exitCode, stdout } = await loggedIn(host, 'ansible-playbook -i localhost, wait.yml');
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    for (const number of [1, 2, 3]) expect(stdout).toContain(`web-${number} is at 198.51.0.${number}"`);
    expect(stdout).toMatch(/web-bad: failed: RackConnect/);
    expect(stdout).not.toMatch(/web-bad is at/);
  });

  it('the command for each server runs a playbook for its address', async () => {
    const content = 'content: "{{ inventory_hostname }}", dest: "/root/configured-{{ inventory_hostname }}"';
    const task = `- {name: Leave a mark, ansible.builtin.copy: {${content}}}`;
    await host.write({ '/root/site.yml': `- hosts: all\n  gather_facts: false\n  tasks:\n    ${task}\n` });
    // There is no such server to log in to: Ansible works on this machine, and is not told so by the command.
    const command = `export ANSIBLE_TRANSPORT=local; ${blocks('how-to/ansible', 'sh')[0]}`;
    const { exitCode, stdout, output } = await loggedIn(host, command);
    // One of them FAILED.
    expect({ exitCode, stdout, output }).toMatchObject({ exitCode: 1 });
    expect(stdout).toMatch(/^3 of 4 servers deployed .*; 1 failed$/m);
    for (const number of [1, 2, 3])
      expect(output).toMatch(
        new RegExp(`^\\[web-${number}\\] 198\\.51\\.0\\.${number} +: ok=1 +changed=1`, 'm'),
      );
    const marks = '/root/configured-198.51.0.1\n/root/configured-198.51.0.2\n/root/configured-198.51.0.3';
    expect(await host.sh('ls /root/configured-*')).toBe(marks);
  });
});

/** What validate-heat.py says of a template. */
type Validated =
  | { readonly error: string }
  | { readonly version: string; readonly resources: Readonly<Record<string, Record<string, unknown>>> };

async function validated(
  templates: readonly string[],
  parameters: readonly string[],
): Promise<readonly Validated[]> {
  const files = templates.map((content, at) => [`/root/template-${at}.yaml`, content] as const);
  await host.write(Object.fromEntries(files));
  const flags = parameters.flatMap((parameter) => ['--parameter', parameter]);
  const paths = files.map(([path]) => path);
  return JSON.parse(await host.run('python3', '/root/validate-heat.py', ...flags, ...paths));
}

describe('from Heat', () => {
  const [template = ''] = blocks('how-to/heat', 'yaml');

  it('the command makes a stack of servers that bear its mark', async () => {
    const [command] = blocks('how-to/heat', 'sh')[0]?.match(/^openstack .*$/m) ?? [];
    const understood = await host.sh(`openstack() { python3 /root/stack-create.py "$@"; }; ${command}`);
    const { name, parameter, wait } = JSON.parse(understood);
    expect({ name, wait }).toEqual({ name: 'shop', wait: true });
    const [stack] = await validated([template], parameter);
    const server = { image: 'my-image', flavor: 'general1-2', metadata: { stack: 'shop' } };
    expect(stack).toMatchObject({
      version: 'HOTemplate20161014',
      resources: {
        web: { count: 3 },
        'web.0': { ...server, name: 'web-0' },
        'web.1': { ...server, name: 'web-1' },
        'web.2': { ...server, name: 'web-2' },
      },
    });
  });

  it('the template for a signal gives the server a URL in its user data', async () => {
    const [stack] = await validated([blocks('telling', 'yaml')[0] ?? ''], ['image=my-image']);
    // Heat knows the URL when the handle is made; until then it is an empty word.
    expect(stack).toMatchObject({
      version: 'HOTemplate20161014',
      resources: { wait_on_server: { handle: '', count: 1 }, server: { user_data_format: 'RAW' } },
    });
    const userData = stack !== undefined && 'resources' in stack ? stack.resources.server?.user_data : '';
    expect(userData).toMatch(/^#cloud-config\n/);
    const { runcmd } = parse(String(userData));
    expect(runcmd).toEqual([['env', 'RC_WAIT_SIGNAL=', 'rc-wait', 'wait', '--timeout', '50m']]);
  });

  it('a template with a mistake is not taken', async () => {
    const mistakes: readonly [from: string, to: string, answer: string][] = [
      ['2016-10-14', '2016-10-15', 'The template version is invalid'],
      ['resources:', 'resource:', 'The template section is invalid: resource'],
      ['type: string', 'type: text', 'Invalid type (text)'],
      ['default: 3', 'default: three', "Parameter 'servers' is invalid"],
      ['OS::Nova::Server', 'OS::Nova::Sever', 'The Resource Type (OS::Nova::Sever) could not be found.'],
      ['resource_def:', 'resource:', 'Unknown Property resource'],
      ['flavor: {', 'flavour: {', 'Unknown Property flavour'],
      ['get_param: flavor', 'get_param: flavour', 'The Parameter (flavour) was not provided.'],
      ['get_param: image', 'get_parm: image', 'Value must be a string'],
      ['stack: {', '- stack: {', 'is not a map'],
      ['get_attr: [web,', 'get_attr: [app,', 'The specified reference "app" (in unknown) is incorrect.'],
      ['web, refs', 'web, ids', 'The Referenced Attribute (0 ids) is incorrect.'],
      ['outputs:', 'outputs', 'Error parsing template'],
    ];
    const answers = await validated(
      mistakes.map(([from, to]) => template.replace(from, to)),
      ['image=my-image'],
    );
    expect(answers).toEqual(mistakes.map(([, , error]) => ({ error: expect.stringContaining(error) })));
    expect(await validated([template], [])).toEqual([
      { error: expect.stringContaining('(image) was not provided') },
    ]);
  });
});

describe('from cron', () => {
  it('cron greets each server that is ready, and mails which one is not', async () => {
    const [folders = '', credentials = '', script = '', greet = ''] = blocks('how-to/cron', 'sh');
    await host.sh(folders);
    const account = credentials.replace('someone', 'demo').replace('0123456789abcdef', 'demo-api-key');
    await host.write({
      '/etc/rc-wait/credentials': `${account}export RAX_AUTH_URL=http://127.0.0.1:8080/identity/v2.0\n`,
      '/usr/local/sbin/greet-new-servers': script,
      '/usr/local/sbin/greet': greet,
      '/etc/cron.d/greet-new-servers': blocks('how-to/cron', 'crontab')[0] ?? '',
      '/usr/sbin/sendmail': '#!/bin/sh\ncat >/run/mail.part && mv /run/mail.part /run/mail\n',
    });
    await host.sh('chmod 600 /etc/rc-wait/credentials');
    await host.sh('chmod 755 /usr/sbin/sendmail /usr/local/sbin/greet*');
    // Five seconds before the crontab's next ten minutes. Cron's jobs have the real time: they inherit nothing of it.
    await host.sh("timeout 90 faketime '2026-01-01 00:09:55' cron -f >/dev/null 2>&1 &");
    await host.until(
      'cron mails',
      async () => (await host.exec('test', '-e', '/run/mail')).exitCode === 0,
      60_000,
    );
    const mail = await host.run('cat', '/run/mail');
    expect(mail).toMatch(/^Subject: Cron <root@.*> flock -n /m);
    expect(mail.match(/is ready at 198\.51\.0\.\d$/gm)).toHaveLength(3);
    expect(mail).toMatch(/^ {2}failed {9}web-bad /m);
    expect((await host.sh('ls /var/lib/rc-wait/greeted')).split('\n')).toHaveLength(3);
  });
});
