import { expect, test } from 'vitest';
import { layered, sumOf } from '../../../src/gap/counter-sums.ts';

test('names of layers keep apart what has the same name', () => {
  expect(layered({ l2cap: { answersDropped: 1 }, att: { answersDropped: 2, handlerErrors: 3 } })).toEqual({
    l2capAnswersDropped: 1,
    attAnswersDropped: 2,
    attHandlerErrors: 3,
  });
});

test('equal names are added up', () => {
  expect(sumOf({ a: 1 }, {}, { a: 2, b: 3 })).toEqual({ a: 3, b: 3 });
});
