import { level4 } from '../../../harness/protected.ts';
import { outgoing } from '../../../harness/service-level.ts';

outgoing('GAP/SEC/SEM/BV-42-C', 'central', level4, {
  file: 'src/gap/security.ts',
  from: 'secureConnections && keySize === LARGEST_KEY_SIZE ? 4 : 3',
  to: '!secureConnections && keySize === LARGEST_KEY_SIZE ? 4 : 3',
});
