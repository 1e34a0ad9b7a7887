import { expect, it } from 'vitest';
import { instanceId } from '../../src/app/instance-id.ts';
import { type Finding, finding } from '../../src/host/finding.ts';
import { rootWith } from '../cli/harness.ts';

const none = { kind: 'absent', why: 'it is not there' } as const;
const kept = '/var/lib/cloud/data/instance-id';
const ofThisBoot = '/run/cloud-init/.instance-id';

it.each<[string, Record<string, string>, string | undefined]>([
  ['is what cloud-init wrote', { [kept]: '3f7a-1\n' }, '3f7a-1'],
  ['is what cloud-init wrote on this boot', { [kept]: 'old\n', [ofThisBoot]: 'new\n' }, 'new'],
  [
    'is unknown while cloud-init has not said it: that of the image would be another server’s',
    { [kept]: 'old\n', '/run/cloud-init/status.json': '{}' },
    undefined,
  ],
  ['is unknown without cloud-init', {}, undefined],
  ['is unknown where cloud-init found no data source', { [kept]: 'iid-datasource-none\n' }, undefined],
  ['is unknown where the file is empty', { [kept]: '\n' }, undefined],
  ['is unknown where the file holds something else', { [kept]: 'two words' }, undefined],
  ['is unknown where the file is endless', { [kept]: 'x'.repeat(257) }, undefined],
])('the instance %s', async (_, files, id) => {
  expect(await instanceId(rootWith(files))).toBe(id);
});

it.each<[string, readonly Finding<string>[], string | undefined]>([
  [
    'is the hypervisor’s before all others',
    [finding('xenstore', known('x')), finding('config-drive', known('c')), finding('cloud-init', known('i'))],
    'x',
  ],
  ['is the config drive’s', [finding('xenstore', none), finding('config-drive', known('c'))], 'c'],
  [
    'is cloud-init’s by this boot alone, whatever is kept on the disk',
    [finding('xenstore', none), finding('config-drive', none), finding('cloud-init', known('of the image'))],
    'new',
  ],
])('the instance %s', async (_, findings, id) => {
  const root = rootWith({ [kept]: 'old\n', [ofThisBoot]: 'new\n' });
  expect(await instanceId(root, { instanceId: async () => findings })).toBe(id);
});

function known(value: string) {
  return { kind: 'known', value, where: 'there' } as const;
}
