import { expect, it } from 'vitest';
import { instanceIdOfInstanceData, regionOfInstanceData } from '../../../src/host/parse/cloud-init.ts';

const uuid = '4d2f4a8c-9f5e-4c3b-8b1a-0123456789ab';

it('instance-data.json names the instance, in either spelling', () => {
  expect(instanceIdOfInstanceData(JSON.stringify({ v1: { instance_id: uuid } }))).toEqual({
    kind: 'known',
    value: uuid,
  });
  expect(instanceIdOfInstanceData(JSON.stringify({ v1: { 'instance-id': uuid } }))).toMatchObject({
    value: uuid,
  });
});

it('a region in it is one of the six', () => {
  expect(regionOfInstanceData('{"v1": {"region": "IAD"}}')).toEqual({ kind: 'known', value: 'iad' });
  expect(regionOfInstanceData('{"v1": {"region": "us-east-1"}}').kind).toBe('absent');
});

it.each(['{"v1": {"region": null}}', '{"v1": {}}', '{}', '{"v1": []}'])('%s names nothing', (text) => {
  expect(regionOfInstanceData(text).kind).toBe('absent');
  expect(instanceIdOfInstanceData(text).kind).toBe('absent');
});

it.each(['', 'null', '{"v1"'])('%j is not understood', (text) => {
  expect(regionOfInstanceData(text).kind).toBe('unknown');
  expect(instanceIdOfInstanceData(text).kind).toBe('unknown');
});
