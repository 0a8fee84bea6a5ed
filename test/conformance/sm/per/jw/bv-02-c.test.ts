import { anyIo, complete, exchangeFeatures, pairingCase, withMitm } from '../../../harness/legacy-cases.ts';

pairingCase(
  'SM/PER/JW/BV-02-C',
  {
    file: 'src/smp/pairing/pairing-method.ts',
    from: '[IoCapability.keyboardDisplay]: [fromInitiator, fromInitiator, fromResponder, works, fromInitiator]',
    to: '[IoCapability.keyboardDisplay]: [fromInitiator, fromInitiator, fromResponder, fromResponder, fromInitiator]',
  },
  async (bench, { io, mitm }) => {
    // 1. The tester can do nothing and wants no protection.
    // 2. The implementation under test has each capability, would have liked protection or not, and has no out-of-band data.
    const options = { io, mitm, bond: false };
    const pairing = await exchangeFeatures(bench, options, { io: 'noInputNoOutput' });
    // 3. Both do phase 2 of Just Works, and the tester encrypts the link with its key.
    await complete(bench, pairing);
  },
  withMitm(anyIo, [false, 'preferred']),
);
