/** Ready-made services: of ours what a foreign client makes of them; of the UART and of files both sides, the foreign ones written from docs/files.md. */
import { digest } from '../bytes.ts';
import type { Expectations, Topic } from '../judge.ts';
import { contract, fileOf, inverted, longFile, uartOctets, uploadFile } from './contract.ts';

const { level, nextLevel, information, pnpId, files, partOctets, uploadOctets } = contract;

const names = Object.keys(files);
/** FileErrorReason: of a file that is not there, and of names that no file has. */
const notFound = 0x04;
const invalidName = 0x03;

const entries = names.toSorted().map((name) => [name, files[name] ?? 0]);

/** What Bumble's profiles see of ours. */
const standard: Expectations = {
  'device information': {
    central: {
      strings: Object.values(information),
      pnpId: [2, pnpId.vendorId, pnpId.productId, pnpId.productVersion],
    },
  },
  battery: { central: { level } },
};

export const services: Topic = ({ peripheral }) => {
  const isOurs = peripheral === 'jelling';
  return {
    ...(isOurs && standard),
    uart: { central: digest([inverted(uartOctets)]), peripheral: digest([uartOctets]) },
    ...(isOurs && {
      'battery change': { central: { level: nextLevel } },
      endpoint: { central: { version: 1 } },
    }),
    list: { central: { entries } },
    download: { central: digest(names.map((name) => fileOf(files[name] ?? 0))) },
    resume: isOurs
      ? { central: digest([longFile]) }
      : { central: { resumedAt: partOctets, ...digest([longFile]) }, peripheral: { offset: partOctets } },
    refused: {
      central: { reasons: isOurs ? [notFound, invalidName, invalidName, invalidName] : [notFound] },
    },
    // The second time it is there already; the foreign server has its beginning from the start.
    upload: {
      central: { there: isOurs ? [0, uploadOctets] : [partOctets] },
      peripheral: digest([uploadFile]),
    },
  };
};
