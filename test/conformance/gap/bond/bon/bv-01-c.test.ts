import { bondingCase } from '../../../harness/bonding.ts';

// The implementation under test asks its central to pair, with a Security Request.
bondingCase('GAP/BOND/BON/BV-01-C', 'peripheral', 'iut', {
  file: 'src/smp/pairer.ts',
  from: "channel.send({ kind: 'securityRequest', authReq: authReqOf(plan.choices) });",
  to: "channel.send({ kind: 'securityRequest', authReq: 0 });",
});
