/** What pairs can talk about: the rows of each topic, and the sides of it that are ours. */
import { JellingCentral as BasicsCentral } from './basics/jelling-central.ts';
import { JellingPeripheral as BasicsPeripheral } from './basics/jelling-peripheral.ts';
import { basics } from './basics/rows.ts';
import { BearersCentral } from './bearers/jelling-central.ts';
import { BearersPeripheral } from './bearers/jelling-peripheral.ts';
import { bearers } from './bearers/rows.ts';
import { ChannelsCentral } from './channels/jelling-central.ts';
import { ChannelsPeripheral } from './channels/jelling-peripheral.ts';
import { channels } from './channels/rows.ts';
import { DatabaseCentral } from './database/jelling-central.ts';
import { DatabasePeripheral } from './database/jelling-peripheral.ts';
import { database } from './database/rows.ts';
import { ErrorsCentral } from './errors/jelling-central.ts';
import { ErrorsPeripheral } from './errors/jelling-peripheral.ts';
import { errors } from './errors/rows.ts';
import type { JellingPlayer } from './jelling-player.ts';
import type { Topic } from './judge.ts';
import { KindHost } from './kinds/jelling-host.ts';
import { kindsTopic } from './kinds/rows.ts';
import { LineHost } from './lines/jelling-host.ts';
import { lines } from './lines/rows.ts';
import { PairingLeader } from './pairing/jelling-leader.ts';
import { noteOf, pairing } from './pairing/rows.ts';
import type { Part } from './player.ts';
import { HiddenCentral, HiddenPeripheral } from './privacy/jelling-host.ts';
import { privacy } from './privacy/rows.ts';
import { ServicesCentral } from './services/jelling-central.ts';
import { ServicesPeripheral } from './services/jelling-peripheral.ts';
import { services } from './services/rows.ts';
import type { Pair, Role, TopicName } from './table.ts';
import { ValuesCentral } from './values/jelling-central.ts';
import { ValuesPeripheral } from './values/jelling-peripheral.ts';
import { values } from './values/rows.ts';

interface Entry {
  topic: Topic;
  ours: Record<Role, new (part: Part) => JellingPlayer>;
  /** How long a pair may take for all of it; 60 s unless given. */
  wholeMs?: number;
  /** What its rows do not say of themselves. */
  noteOf?: (pair: Pair) => string;
}

export const topics: Record<TopicName, Entry> = {
  basics: { topic: basics, ours: { central: BasicsCentral, peripheral: BasicsPeripheral } },
  bearers: { topic: bearers, ours: { central: BearersCentral, peripheral: BearersPeripheral } },
  channels: { topic: channels, ours: { central: ChannelsCentral, peripheral: ChannelsPeripheral } },
  database: { topic: database, ours: { central: DatabaseCentral, peripheral: DatabasePeripheral } },
  errors: { topic: errors, ours: { central: ErrorsCentral, peripheral: ErrorsPeripheral } },
  kinds: { topic: kindsTopic, ours: { central: KindHost, peripheral: KindHost } },
  lines: { topic: lines, ours: { central: LineHost, peripheral: LineHost } },
  pairing: {
    topic: pairing,
    ours: { central: PairingLeader, peripheral: PairingLeader },
    wholeMs: 110_000,
    noteOf,
  },
  privacy: { topic: privacy, ours: { central: HiddenCentral, peripheral: HiddenPeripheral } },
  services: { topic: services, ours: { central: ServicesCentral, peripheral: ServicesPeripheral } },
  values: { topic: values, ours: { central: ValuesCentral, peripheral: ValuesPeripheral } },
};
