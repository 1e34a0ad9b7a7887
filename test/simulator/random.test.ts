import { expect, test } from 'vitest';
import { seededRandom } from '../../src/simulator/random.ts';

const take = (random: () => number, count: number) => Array.from({ length: count }, random);

test('the same seed gives the same numbers, another seed gives others', () => {
  expect(take(seededRandom(7), 20)).toEqual(take(seededRandom(7), 20));
  expect(take(seededRandom(7), 20)).not.toEqual(take(seededRandom(8), 20));
});

test('the numbers are spread evenly from 0 up to 1', () => {
  const numbers = take(seededRandom(1), 10_000);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const share = numbers.filter((number) => Math.floor(number * 10) === tenth).length / numbers.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
  }
});
