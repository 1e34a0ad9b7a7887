import { expect, it } from 'vitest';
import { bootId } from '../../src/system/boot.ts';

it('is the same for as long as the server runs', () => {
  expect(bootId()).toMatch(/^[0-9a-f]{8}-/);
  expect(bootId()).toBe(bootId());
});
