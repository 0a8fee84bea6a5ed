import { beforeEach, describe, expect, test } from 'vitest';
import { InvalidStateError, TransportError } from '../../../../src/core/errors.ts';
import { WaitScope } from '../../../../src/core/wait-scope.ts';
import { AdvertisingManager } from '../../../../src/gap/advertising/advertising-manager.ts';
import { Connector } from '../../../../src/gap/connecting/connect.ts';
import { Radio } from '../../../../src/gap/radio/radio.ts';
import type { RadioAbilities } from '../../../../src/gap/radio/radio-controller.ts';
import { ScanManager } from '../../../../src/gap/scanning/scan.ts';
import { alwaysAs, FakeRadio, own, peerOf } from '../../../support/fake-radio.ts';

const peer = peerOf('00:00:5E:00:53:01');
const extended: Partial<RadioAbilities> = { extended: true, advertisingSets: 4 };

let life: WaitScope;
let first: FakeRadio;
let radio: Radio;
let scans: ScanManager<string>;
let advertising: AdvertisingManager<string>;

const begin = (abilities: Partial<RadioAbilities> = extended): void => {
  life = new WaitScope();
  first = new FakeRadio(abilities);
  radio = new Radio({ controller: first, own: alwaysAs(() => own), life });
  scans = new ScanManager(radio, (address) => address);
  advertising = new AdvertisingManager(radio, (newLink) => newLink.peer.address);
};

/** The first controller is gone, and another one comes. */
const next = async (abilities: Partial<RadioAbilities> = extended): Promise<FakeRadio> => {
  const fake = new FakeRadio(abilities);
  radio.use(
    fake,
    alwaysAs(() => own),
  );
  await fake.clock.advance(0);
  return fake;
};

const end = (...fakes: readonly FakeRadio[]): void => {
  life.end(new TransportError('closed'));
  for (const fake of [first, ...fakes]) fake.lose();
};

beforeEach(() => begin());

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('a controller that comes in the place of a lost one', () => {
  test('scans for the scanners that are there, and their readers wait on', async () => {
    const scanner = scans.scan({ active: true });
    const result = scanner.next();
    await first.clock.advance(0);
    first.lose();
    const second = await next();
    expect(second.take()).toEqual(['setRandomAddress', 'setScanParameters', 'enableScan']);
    second.report({ from: peer });
    expect((await result).value?.address).toBe(peer.address);
    const closing = scanner.close();
    await second.clock.advance(0);
    await closing;
    expect(second.scanning).toBe(false);
    end(second);
  });

  test('a scanner that is closed while there is no controller is over at once', async () => {
    const scanner = scans.scan();
    const result = scanner.next();
    await first.clock.advance(0);
    first.lose();
    await scanner.close();
    expect(await result).toEqual({ done: true, value: undefined });
    const second = await next();
    expect(second.take()).toEqual([]);
    end(second);
  });

  test('a scanner that begins while there is no controller scans when there is one', async () => {
    first.lose();
    const scanner = scans.scan();
    const result = settled(scanner.next());
    const second = await next();
    expect(second.scanning).toBe(true);
    end(second);
    expect(await result).toBeInstanceOf(TransportError);
  });

  test('half a chain of one controller is not joined with what another hears', async () => {
    const scanner = scans.scan();
    const result = scanner.next();
    await first.clock.advance(0);
    const incomplete = 0x20;
    first.reportExtended({ from: peer, eventType: incomplete, data: [2, 1, 6] });
    expect(scans.held.chains).toBe(1);
    first.lose();
    expect(scans.held.chains).toBe(0);
    const second = await next();
    end(second);
    await settled(result);
  });

  test('advertises what an iteration advertises, and gives it whoever connects', async () => {
    const iteration = advertising.advertising({ name: 'a' });
    const connection = iteration.next();
    await first.clock.advance(0);
    expect(first.enabled.size).toBe(1);
    first.lose();
    const second = await next();
    expect(second.enabled.size).toBe(1);
    expect(second.data.get(0)).toEqual(first.data.get(0));
    const link = second.linkUp('peripheral', peer);
    second.setTerminated(0, link.handle);
    expect(await connection).toEqual({ done: false, value: peer.address });
    const closing = iteration.close();
    await second.clock.advance(0);
    await closing;
    end(second);
  });

  test('started() tells of the controller that is there', async () => {
    const iteration = advertising.advertising();
    const connection = settled(iteration.next());
    await first.clock.advance(0);
    await iteration.started();
    first.lose();
    expect(await settled(iteration.started())).toBeInstanceOf(TransportError);
    const second = new FakeRadio(extended);
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    second.slowAnswers.set('enableAdvertising', answered);
    radio.use(
      second,
      alwaysAs(() => own),
    );
    let started = false;
    const starts = iteration.started().then(() => {
      started = true;
    });
    await second.clock.advance(0);
    expect(started).toBe(false);
    answer();
    await second.clock.advance(0);
    await starts;
    end(second);
    expect(await connection).toBeInstanceOf(TransportError);
  });

  test('a set for which it has no room is refused, and says so', async () => {
    const iterations = [advertising.advertising(), advertising.advertising()];
    const [kept, refused] = iterations.map((one) => settled(one.next()));
    await first.clock.advance(0);
    first.lose();
    const second = await next({ extended: false, advertisingSets: 1 });
    expect(String(await refused)).toContain('1 advertising sets');
    expect(await refused).toBeInstanceOf(InvalidStateError);
    expect(second.enabled.size).toBe(1);
    end(second);
    expect(await kept).toBeInstanceOf(TransportError);
  });

  test.each([
    ['connect()', () => new Connector(radio).connect({ peer })],
    ['advertise()', () => advertising.advertise()],
    ['broadcast()', () => advertising.broadcast()],
  ])('does nothing for %s, which has been rejected with the error of the first', async (_name, call) => {
    const outcome = settled(call());
    await first.clock.advance(0);
    expect(first.steps.length).toBeGreaterThan(0);
    first.lose();
    expect(await outcome).toBe(first.scope.error);
    const second = await next();
    expect(second.take()).toEqual([]);
    end(second);
  });

  test('is told whom to know behind private addresses before it scans', async () => {
    const irk = new Uint8Array(16).fill(1);
    const entry = { peer, peerIrk: irk, localIrk: irk };
    first.lose();
    radio.wantResolving([entry]);
    const scanner = scans.scan();
    const result = settled(scanner.next());
    const second = await next({ ...extended, resolvingListSize: 8 });
    expect(second.take()).toEqual([
      'setRandomAddress',
      'clearResolvingList',
      'addToResolvingList',
      'setAddressResolution',
      'setScanParameters',
      'enableScan',
    ]);
    expect(radio.resolves(peer)).toBe(true);
    expect(second.faults).toEqual([]);
    end(second);
    await result;
  });
});
