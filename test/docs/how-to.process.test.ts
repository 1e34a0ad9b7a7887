import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { systemClock } from '../../src/base/clock.ts';
import { createCloudHttp } from '../../src/simulator/openstack/http.ts';
import { parseCloudScenario } from '../../src/simulator/openstack/scenario.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { scratch } from '../cli/harness.ts';
import { main, node, startProgram } from '../process/program.ts';
import { hcl, references } from './hcl.ts';
import { blocks, scenario } from './pages.ts';

const { serve, cloud } = createCloudHttp(parseCloudScenario(scenario, 'test'), systemClock);
const { url, close } = await startSimulator({ also: serve });
afterAll(close);
const ids = cloud.servers.map(({ id }) => id);
const ready = ids.slice(0, 3);

/** What the pages take for granted: rc-wait on the PATH, and credentials in the environment. */
const bin = scratch();
writeFileSync(join(bin, 'rc-wait'), `#!/bin/sh\nexec '${node}' '${main}' "$@"\n`, { mode: 0o755 });
const env = {
  HOME: scratch(),
  PATH: `${bin}:${process.env.PATH}`,
  RAX_AUTH_URL: `${url}/identity/v2.0`,
  RAX_USERNAME: 'demo',
  RAX_API_KEY: 'demo-api-key',
};
const shell = (script: string) => startProgram(['sh', '-c', script], env).ended;

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => existsSync(join(directory, program)));
}

describe('from Terraform', () => {
  const [wait = '', use = ''] = blocks('how-to/terraform', 'terraform');
  const [, command = ''] = /command\s*=\s*"(.*)"$/m.exec(wait) ?? [];

  it('the command of local-exec waits, and fails for a server that FAILED', async () => {
    const run = (list: readonly string[]) => shell(command.replace(/\$\{.*\}/, list.join(' ')));
    expect(await run(ready)).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^3 of 3 servers deployed/),
      err: '',
    });
    expect(await run(ids)).toMatchObject({ exit: 1, out: expect.stringMatching(/failed {9}web-bad /) });
  });

  it('the module is HCL and declares what it refers to, and its call gives it its variables', async () => {
    const named = v.record(v.string(), v.tuple([v.looseObject({})]));
    const exec = v.object({ 'local-exec': v.tuple([v.object({ command: v.string() })]) });
    const waiting = v.tuple([v.looseObject({ count: v.string(), provisioner: exec })]);
    const module = v.object({
      variable: named,
      resource: v.object({ terraform_data: v.record(v.string(), waiting) }),
      output: named,
    });
    const { variable, resource, output } = v.parse(module, await hcl.parse('rackconnect/main.tf', wait));
    expect(resource.terraform_data.deployed?.[0].count).toMatch(
      /^\$\{length\(var\.server_ids\) > 0 \? 1 : 0\}$/,
    );
    const declared = [
      ...Object.keys(variable).map((name) => `var.${name}`),
      ...Object.keys(resource.terraform_data).map((name) => `terraform_data.${name}`),
    ];
    expect(new Set(await references({ resource, output }))).toEqual(new Set(declared));
    const call = v.object({ module: v.record(v.string(), v.tuple([v.looseObject({ source: v.string() })])) });
    const [called] = Object.values(v.parse(call, await hcl.parse('main.tf', use)).module).flat();
    expect(Object.keys(called ?? {}).sort()).toEqual([...Object.keys(variable), 'source'].sort());
    await expect(hcl.parse('main.tf', wait.replace('"local-exec" {', '"local-exec"'))).rejects.toThrow(
      /main\.tf:\d+/,
    );
  });

  // What init and apply make of it only Terraform knows, which Debian does not have.
  it.runIf(onPath('terraform'))('Terraform itself takes the module, and runs it', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'rackconnect'));
    writeFileSync(join(folder, 'rackconnect/main.tf'), wait);
    // The servers themselves would need a provider, which would have to be downloaded.
    const list = `[${ready.map((id) => `"${id}"`).join(', ')}]`;
    writeFileSync(join(folder, 'main.tf'), use.replace('openstack_compute_instance_v2.web[*].id', list));
    const terraform = async (args: string) => {
      const quiet = 'CHECKPOINT_DISABLE=1 TF_CLI_CONFIG_FILE=/dev/null';
      const { exit, out, err } = await shell(`cd '${folder}' && ${quiet} terraform ${args}`);
      expect({ args, exit, err }).toEqual({ args, exit: 0, err: '' });
      return out;
    };
    expect(await terraform('fmt -check -recursive')).toBe('');
    await terraform('init -no-color -input=false');
    const out = await terraform('apply -no-color -auto-approve -input=false');
    expect(out).toContain('3 of 3 servers deployed');
    expect(out).toContain('Apply complete! Resources: 1 added');
  });
});

describe('from Ansible', () => {
  const [playbook = ''] = blocks('how-to/ansible', 'yaml');
  const task = v.pipe(
    v.looseObject({ name: v.string() }),
    // One module a task, by its full name; all else are keywords of a task.
    v.check((one) => Object.keys(one).filter((key) => key.startsWith('ansible.builtin.')).length === 1),
  );
  const play = v.looseObject({ name: v.string(), hosts: v.string(), tasks: v.array(task) });
  const plays = v.parse(v.array(play), parse(playbook));

  it('the play waits by a command whose document has what the next tasks read', async () => {
    const [first, second] = plays[0]?.tasks ?? [];
    const { argv } = v.parse(
      v.object({ argv: v.tupleWithRest([v.string()], v.string()) }),
      first?.['ansible.builtin.command'],
    );
    const { exit, out, err } = await startProgram(argv, env).ended;
    expect({ exit, err }).toEqual({ exit: 1, err: '' });
    const read = [...playbook.matchAll(/item\.(\w+)/g)].map(([, name]) => name ?? '');
    const { servers } = JSON.parse(out) as { servers: Record<string, unknown>[] };
    expect(servers).toHaveLength(4);
    for (const server of servers)
      for (const name of ['outcome', ...read]) expect(Object.keys(server)).toContain(name);
    expect(second?.loop).toContain("selectattr('outcome', 'equalto', 'deployed')");
    expect(servers.filter(({ outcome }) => outcome === 'deployed')).toHaveLength(3);
  });

  it('the command for each server is run with its address', async () => {
    const [line = ''] = blocks('how-to/ansible', 'sh');
    const mine = line
      .replace('ansible-playbook -i {ip}, site.yml', 'echo -i {ip}, site.yml')
      .replace("'web-*'", "'web-[123]'");
    const { exit, err } = await shell(mine);
    expect(exit).toBe(0);
    expect(err).toContain('[web-1] -i 198.51.0.1, site.yml\n');
  });
});

describe('from Heat', () => {
  it('the servers of the stack are waited for by their mark', async () => {
    const command =
      (blocks('how-to/heat', 'sh')[0] ?? '').split('\n').find((line) => line.startsWith('rc-wait')) ?? '';
    expect(await shell(command)).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^3 of 3 servers deployed/),
    });
  });
});

describe('from cron', () => {
  it('the scripts greet each server that is ready, once', async () => {
    const root = scratch();
    const [folders = '', credentials = '', script = '', greet = ''] = blocks('how-to/cron', 'sh');
    const inRoot = (text: string) => text.replace(/\/(etc|usr|var)\//g, `${root}/$1/`);
    expect(await shell(inRoot(folders))).toMatchObject({ exit: 0, err: '' });
    writeFileSync(
      join(root, 'etc/rc-wait/credentials'),
      credentials.replace('someone', 'demo').replace('0123456789abcdef', 'demo-api-key'),
      { mode: 0o600 },
    );
    writeFileSync(join(root, 'usr/local/sbin/greet'), inRoot(greet));
    writeFileSync(join(root, 'usr/local/sbin/greet-new-servers'), inRoot(script));
    for (const name of ['greet', 'greet-new-servers']) chmodSync(join(root, 'usr/local/sbin', name), 0o755);
    const run = () => shell(`${root}/usr/local/sbin/greet-new-servers`);
    const first = await run();
    // One of them FAILED, which cron's mail is to say.
    expect(first.exit).toBe(1);
    expect(first.err.match(/is ready at 198\.51\.0\.\d/g)).toHaveLength(3);
    expect(first.out).toMatch(/failed {9}web-bad /);
    expect((await run()).err).toBe('');
    expect(statSync(join(root, 'var/lib/rc-wait/cron.token')).mode & 0o777).toBe(0o600);
  });

  it('the crontab is one of crontab(5) for /etc/cron.d: five fields, a user, a command', () => {
    const [line = ''] = blocks('how-to/cron', 'crontab');
    expect(line).toMatch(/^(?:[\d*/,-]+ ){5}root \S.*\n$/);
    expect(line).not.toContain('%');
  });
});
