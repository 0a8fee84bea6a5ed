/** Who sits before our side and looks at both devices. */
import type { PairingUi } from 'jelling';
import type { Role } from '../table.ts';
import type { Io } from './contract.ts';
import type { Mailbox } from './mailbox.ts';
import { resultOf } from './model.ts';
import type { Combination } from './plan.ts';

type Act = 'show' | 'enter' | 'compare';

const can: Readonly<Record<Io, readonly Act[]>> = {
  displayOnly: ['show'],
  displayYesNo: ['show', 'compare'],
  keyboardOnly: ['enter'],
  noInputNoOutput: [],
  keyboardDisplay: ['show', 'compare', 'enter'],
};

const readMs = 4_000;
const chosenByUser = '271828';

export interface OurUser {
  readonly ui: PairingUi;
  /** Whether the next passkey that goes from one side to the other is read wrongly; it is where the combination says so, until it is set. */
  mistypes: boolean;
  /** What was asked of the user. */
  readonly asked: readonly Act[];
}

/** Another passkey, whose last bit differs: Secure Connections sees it in the first of its rounds. */
const mistyped = (passkey: string): string => String(Number(passkey) ^ 1).padStart(6, '0');

/** A user with the means of an IO capability. What is shown here is told to the other side, and what is shown there is read. */
export const userOf = (
  combination: Combination,
  role: Role,
  numbers: Mailbox<string>,
  tell: (number: string) => void,
): OurUser => {
  const { io } = combination.ours;
  const asked: Act[] = [];
  const user = { ui: {}, asked, mistypes: combination.mistypedBy !== undefined };
  const read = (passkey: string): string => (user.mistypes ? mistyped(passkey) : passkey);
  const all = {
    show: {
      showPasskey: (passkey) => {
        asked.push('show');
        tell(read(passkey));
      },
    },
    enter: {
      enterPasskey: async () => {
        asked.push('enter');
        if (resultOf(combination, role)?.method !== 'both enter') return read(await numbers.take(readMs));
        tell(chosenByUser);
        return chosenByUser;
      },
    },
    compare: {
      compareNumbers: async (number) => {
        asked.push('compare');
        tell(number);
        return (await numbers.take(readMs)) === number;
      },
    },
  } satisfies Record<Act, PairingUi>;
  Object.assign(user.ui, ...can[io].map((act) => all[act]));
  return user;
};
