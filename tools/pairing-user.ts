import type { PairingPrompt, PairingUi } from 'jelling';
import type { Context } from './command.ts';
import { Lines } from './lines.ts';
import { oneOf, optional } from './option.ts';

const abilities = ['display', 'keyboard', 'keyboard-display', 'yes-no', 'none'] as const;
/** What the one who sits here can do in a pairing: the IO capabilities of the specification (Vol 3, Part H, 2.3.2). */
export type PairingIo = (typeof abilities)[number];

/** The option of all commands that pair. */
export const ioOption = (byDefault: string) =>
  optional(
    'HOW',
    `what is done here in a pairing: display shows a passkey, keyboard takes one, keyboard-display does either and compares numbers, yes-no shows one and compares numbers, none does nothing; ${byDefault}`,
    oneOf(...abilities),
  );

export interface PairingUserOptions {
  readonly io: PairingIo;
  /** The digits that are entered where nobody is there to do it. */
  readonly passkey?: string | undefined;
  /** Where it is shown and asked: as `note` unless given. */
  readonly tell?: 'data' | 'note' | undefined;
}

/** The one who sits here: reads what is printed, and answers on standard input. */
export const pairingUser = (
  { output, input }: Pick<Context, 'output' | 'input'>,
  { io, passkey: known, tell = 'note' }: PairingUserOptions,
): PairingUi => {
  const lines = new Lines(input);
  const style = tell === 'data' ? output.style : output.noteStyle;
  const say = (event: string, prompt: PairingPrompt, fields: object, text: string): void => {
    const { address, addressType } = prompt;
    output[tell]({ event, address, addressType, ...fields }, () => text);
  };
  const showPasskey: PairingUi['showPasskey'] = (passkey, prompt) =>
    say('passkey', prompt, { passkey }, `passkey ${style('bold', passkey)}: enter it on ${prompt.address}`);
  const enterPasskey: PairingUi['enterPasskey'] = async (prompt) => {
    if (known !== undefined) return known;
    say('enterPasskey', prompt, {}, `which passkey does ${prompt.address} show? Enter its six digits:`);
    for (;;) {
      const line = await lines.next(prompt.signal);
      if (line === undefined || /^\d{6}$/.test(line)) return line;
      output.remark('a passkey has six digits: once more');
    }
  };
  const compareNumbers: PairingUi['compareNumbers'] = async (number, prompt) => {
    const question = `does ${prompt.address} show ${style('bold', number)} too? y or n:`;
    say('compareNumbers', prompt, { number }, question);
    for (;;) {
      const line = await lines.next(prompt.signal);
      if (line === undefined || /^no?$/i.test(line)) return false;
      if (/^y(es)?$/i.test(line)) return true;
      output.remark('y for yes, n for no: once more');
    }
  };
  switch (io) {
    case 'display':
      return { showPasskey };
    case 'keyboard':
      return { enterPasskey };
    case 'keyboard-display':
      return { showPasskey, enterPasskey, compareNumbers };
    case 'yes-no':
      return { showPasskey, compareNumbers };
    case 'none':
      return {};
  }
};
