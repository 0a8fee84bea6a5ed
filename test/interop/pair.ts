/** Runs one pair from its controllers to tshark's verdict, and gives the fault of each of its rows. */
import { judgeCaptures } from './capture.ts';
import { serve } from './ground.ts';
import { JellingCentral } from './jelling-central.ts';
import { JellingPeripheral } from './jelling-peripheral.ts';
import { type Fault, judge } from './judge.ts';
import { BumblePlayer, type Part, type Player } from './player.ts';
import { type Pair, type Procedure, proceduresOf, type Role, sabotagedRole } from './table.ts';

export interface Row {
  procedure: Procedure;
  /** What is wrong with it; nothing when it passed. */
  fault: Fault | undefined;
}

const readyMs = 15_000;
const wholeMs = 60_000;

const makePlayer = (python: string, pair: Pair, part: Part): Player => {
  if (pair[part.role] === 'bumble') return new BumblePlayer(python, part);
  return part.role === 'central' ? new JellingCentral(part) : new JellingPeripheral(part);
};

export const runPair = async (
  python: string,
  pair: Pair,
  folder: string,
  sabotage: boolean,
): Promise<Row[]> => {
  const rows = proceduresOf(pair);
  const capture = { central: `${folder}/central.btsnoop`, peripheral: `${folder}/peripheral.btsnoop` };
  const part = (role: Role, place: string): Part => ({
    role,
    place,
    capture: capture[role],
    scanResponse: rows.includes('scan response'),
    sabotage: sabotage && role === sabotagedRole(pair),
  });

  const ground = await serve(python, pair, folder).catch((error: unknown) => String(error));
  if (typeof ground === 'string') {
    return rows.map((procedure) => ({ procedure, fault: { text: ground, tried: false } }));
  }

  const players: Player[] = [];
  try {
    const peripheral = makePlayer(python, pair, part('peripheral', ground.places.peripheral));
    players.push(peripheral);
    await peripheral.reaches('advertising', readyMs);
    const central = makePlayer(python, pair, part('central', ground.places.central));
    players.push(central);
    await central.reaches('done', wholeMs);
    // The last word on the second meeting is the peripheral's.
    await peripheral.reaches('done', 3_000);
    await Promise.all(players.map((player) => player.stop()));

    const captureFault = await judgeCaptures(capture.central, capture.peripheral);
    return rows.map((procedure) => ({
      procedure,
      fault:
        procedure === 'capture' ? captureFault : judge(pair, procedure, central.report, peripheral.report),
    }));
  } finally {
    await Promise.all(players.map((player) => player.stop()));
    await ground.stop();
  }
};
