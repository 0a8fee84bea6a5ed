/** What the foreign side says of each life of its controller: it begins another when it is told to break the line. */
export const service = '4a454c4c-494e-4700-8000-000000000701';
export const characteristics = {
  life: '4a454c4c-494e-4700-8000-000000000702',
  /** Reading it takes longer than the line lives. */
  never: '4a454c4c-494e-4700-8000-000000000703',
} as const;

export const lifeValue = (life: number): string => `0${life}`;
