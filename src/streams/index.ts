export { toDuplex } from './node-duplex.ts';
export type { OctetChannel } from './octet-channel.ts';
export { toWebStreams, type WebStreams } from './web-streams.ts';
