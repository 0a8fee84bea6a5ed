import { InvalidArgumentError } from 'jelling';
import { describe, expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { Result, SPSM } from '../../conformance/harness/signalling.ts';
import { expectAlive } from './alive.ts';
import { modes } from './modes.ts';

const asker = (bench: Bench, mode: (typeof modes)[number]) => {
  let identifier = 0;
  return async (terms: Parameters<typeof mode.request>[1]): Promise<number> => {
    identifier++;
    return mode.read(await bench.signalling.exchange(mode.request(identifier, terms), '*')).result;
  };
};

describe.each(modes)('L7: $name', (mode) => {
  test('L7: an SPSM of 0, of no LE link, or that nobody listens to, is refused', async () => {
    await using bench = await Bench.peripheral();
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    const ask = asker(bench, mode);
    for (const spsm of [0x0000, 0x0001, 0x0023, 0x0081, 0x00ff, 0x0100, 0x1001, 0xffff, 0x8000 | SPSM]) {
      expect(await ask({ spsm })).toBe(Result.spsmNotSupported);
    }
    await listener.close();
    expect(await ask({ spsm: SPSM })).toBe(Result.spsmNotSupported);
    await expectAlive(bench);
  });

  test('L7: what the link must offer is looked at before anybody is asked, and before what else is wrong', async () => {
    await using bench = await Bench.peripheral();
    let asked = 0;
    await using listener = bench.connection.l2capListen({
      psm: SPSM,
      security: { encrypted: true },
      authorize: () => {
        asked++;
        return true;
      },
    });
    const ask = asker(bench, mode);
    expect(await ask({})).toBe(Result.insufficientAuthentication);
    expect(await ask({ cid: 0x0001 })).toBe(Result.insufficientAuthentication);
    expect(await ask({ mtu: 1 })).toBe(Result.insufficientAuthentication);
    expect(asked).toBe(0);
    await listener.close();
  });

  test('L7: who is asked decides for each channel, and one who throws has said no', async () => {
    await using bench = await Bench.peripheral();
    const answers = [false, true];
    await using listener = bench.connection.l2capListen({
      psm: SPSM,
      authorize: () => {
        const answer = answers.shift();
        if (answer === undefined) throw new Error('nobody there');
        return answer;
      },
    });
    const ask = asker(bench, mode);
    expect(await ask({})).toBe(Result.insufficientAuthorization);
    expect(await ask({})).toBe(Result.success);
    expect(await ask({ cid: 0x0042 })).toBe(Result.insufficientAuthorization);
    await bench.run(listener.accept());
    await expectAlive(bench);
  });

  test('L7: who answers later has not said yes, whatever the answer will be', async () => {
    await using bench = await Bench.peripheral();
    const answers = [Promise.resolve(true), Promise.reject(new Error('nobody there'))];
    const authorize = (() => answers.shift()) as never;
    await using listener = bench.connection.l2capListen({ psm: SPSM, authorize });
    const ask = asker(bench, mode);
    for (let i = 0; i < 3; i++) expect(await ask({})).toBe(Result.insufficientAuthorization);
    await listener.close();
    await expectAlive(bench);
  });

  test('L7: a rule that is misspelt is refused, for it would let anybody in', async () => {
    await using bench = await Bench.peripheral();
    for (const security of ['encrypted', true, { encryption: true }, { encrypted: 'yes' }]) {
      const listen = () => bench.connection.l2capListen({ psm: SPSM, security: security as never });
      expect(listen).toThrow(InvalidArgumentError);
    }
    await bench.connection.l2capListen({ psm: SPSM, security: {} }).close();
  });

  test('L7: the SPSM of Enhanced ATT bearers needs a link that is encrypted', async () => {
    await using bench = await Bench.peripheral({ enhancedBearers: true });
    const result = await asker(bench, mode)({ spsm: 0x0027 });
    const expected =
      mode.name === 'the LE mode' ? Result.spsmNotSupported : Result.insufficientAuthentication;
    expect(result).toBe(expected);
    expect(bench.connection.bearers).toBe(1);
  });
});
