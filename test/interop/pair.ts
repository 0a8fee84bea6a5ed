/** Runs one pair from its controllers to tshark's verdict, and gives the fault of each of its rows. */
import { judgeCaptures } from './capture.ts';
import type { Environments } from './environments.ts';
import { serve } from './ground.ts';
import { judge, type Row } from './judge.ts';
import { ForeignPlayer, type Part, type Player } from './player.ts';
import { Report } from './report.ts';
import { type Pair, type Role, sabotagedRole } from './table.ts';
import { topics } from './topics.ts';

const readyMs = 15_000;

const makePlayer = (environments: Environments, pair: Pair, part: Part, folder: string): Player => {
  const host = pair[part.role];
  if (host !== 'jelling') return new ForeignPlayer(host, environments, part, folder);
  return new topics[part.topic].ours[part.role](part);
};

export const runPair = async (
  environments: Environments,
  pair: Pair,
  folder: string,
  sabotage: boolean,
): Promise<Row[]> => {
  const { topic, wholeMs = 60_000 } = topics[pair.topic];
  /** The rows when neither side has said anything. */
  const nobodys = judge(topic, pair, new Report(), new Report(), new Report());
  const capture = { central: `${folder}/central.btsnoop`, peripheral: `${folder}/peripheral.btsnoop` };
  const part = (role: Role, place: string): Part => ({
    topic: pair.topic,
    role,
    place,
    capture: capture[role],
    rows: nobodys.map(({ procedure }) => procedure),
    sabotage: sabotage && role === sabotagedRole(pair),
    kind: role === 'central' ? pair.kind : undefined,
    wholeMs,
  });

  const ground = await serve(environments, pair, folder, sabotage).catch((error: unknown) => String(error));
  if (typeof ground === 'string') {
    const fault = { text: ground, tried: false };
    return [...nobodys, { procedure: 'capture' }].map((row) => ({ ...row, fault }));
  }

  const players: Player[] = [];
  try {
    const peripheral = makePlayer(environments, pair, part('peripheral', ground.places.peripheral), folder);
    players.push(peripheral);
    await peripheral.reaches('advertising', readyMs);
    const central = makePlayer(environments, pair, part('central', ground.places.central), folder);
    players.push(central);
    central.tells(peripheral);
    peripheral.tells(central);
    await central.reaches('done', wholeMs);
    // The last word on the second meeting is the peripheral's.
    await peripheral.reaches('done', 3_000);
    await Promise.all(players.map((player) => player.stop()));
    // Controllers say last what they saw.
    await ground.stop();

    return [
      ...judge(topic, pair, central.report, peripheral.report, ground.report),
      { procedure: 'capture', fault: await judgeCaptures(capture.central, capture.peripheral) },
    ];
  } finally {
    await Promise.all(players.map((player) => player.stop()));
    await ground.stop();
  }
};
