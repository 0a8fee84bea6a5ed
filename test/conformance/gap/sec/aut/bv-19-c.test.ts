import { centralCase } from '../../../harness/case.ts';
import { noticeAsCentral } from '../../../harness/lost-bond.ts';
import { level2 } from '../../../harness/protected.ts';

// A link to a bonded peer is encrypted before any service request, so that none is refused.
centralCase(
  'GAP/SEC/AUT/BV-19-C',
  {
    file: 'src/gap/link/link-security.ts',
    from: 'return this.provesFirst && this.isUnproven ? this.#manager.encrypt({}) : undefined;',
    to: 'return undefined;',
  },
  (bench) => noticeAsCentral(bench, level2),
);
