import { expect, it } from 'vitest';
import { stageOf } from '../../src/rackconnect/task-stage.ts';

it.each([
  ['COMPLETED', 'ended'],
  ['Success', 'ended'],
  ['PENDING', 'waiting'],
  ['Not Started', 'waiting'],
  ['FAILED', 'failed'],
  ['Build Error', 'failed'],
  ['IN_PROGRESS', 'running'],
  ['a word that nobody knows', 'running'],
  ['', 'running'],
])('a task that is %s is %s', (status, stage) => {
  expect(stageOf(status)).toBe(stage);
});
