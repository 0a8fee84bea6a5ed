/** The cases of one group and tier: for each feature the last parts of its IDs, without the suffix -C. */
export interface CaseGroup {
  readonly group: string;
  readonly tier: 1 | 2 | 3;
  readonly cases: Readonly<Record<string, string>>;
}

/** IDs that apply to an LE host, by group and tier: what is counted against. Tier 1 is what every host does. */
export const applicable: readonly CaseGroup[] = [
  {
    group: 'GATT/CL',
    tier: 1,
    cases: {
      'GATT/CL/GAC': 'BV-01',
      'GATT/CL/GAD': 'BV-01 BV-02 BV-03 BV-04 BV-05 BV-06',
      'GATT/CL/GAR':
        'BV-01 BI-01 BI-02 BI-03 BI-04 BI-05 BV-03 BI-06 BI-07 BI-09 BI-10 BI-11 BV-04 BI-12 BI-13 BI-14 BI-15 BI-16 BI-17 BV-05 BI-18 BI-19 BI-20 BI-21 BI-22 BV-06 BV-07 BV-08 BI-36 BI-38 BI-40 BI-42 BI-44',
      'GATT/CL/GAW':
        'BV-01 BV-03 BI-02 BI-03 BI-04 BI-05 BI-06 BV-05 BI-07 BI-08 BI-09 BI-11 BI-12 BI-13 BV-06 BI-32 BV-08 BV-09',
      'GATT/CL/GAN': 'BV-01',
      'GATT/CL/GAI': 'BV-01 BI-01',
      'GATT/CL/GAS': 'BV-01 BV-02 BV-03',
      'GATT/CL/GAT': 'BV-01 BV-02',
    },
  },
  {
    group: 'GATT/SR',
    tier: 1,
    cases: {
      'GATT/SR/GAC': 'BV-01',
      'GATT/SR/GAD': 'BV-01 BV-02 BV-03 BV-04 BV-05 BV-06',
      'GATT/SR/GAR':
        'BV-01 BI-01 BI-02 BI-03 BI-04 BI-05 BV-03 BI-06 BI-07 BI-08 BI-09 BI-10 BI-11 BV-04 BI-12 BI-13 BI-14 BI-15 BI-16 BI-17 BV-05 BI-18 BI-19 BI-20 BI-21 BI-22 BV-06 BV-07 BV-08 BV-09 BI-36 BI-38 BI-40 BI-42 BI-44 BI-45',
      'GATT/SR/GAW':
        'BV-01 BV-03 BI-02 BI-03 BI-04 BI-05 BI-06 BV-05 BI-07 BI-08 BI-09 BI-11 BI-12 BI-13 BV-06 BV-07 BV-10 BV-11 BV-08 BV-09 BI-32 BI-33 BI-39',
      'GATT/SR/GAN': 'BV-01 BV-03',
      'GATT/SR/GAI': 'BV-01 BV-02',
      'GATT/SR/GAS': 'BV-01 BV-02 BV-03 BV-04 BV-05 BV-06 BV-07',
      'GATT/SR/GAT': 'BV-01',
      'GATT/SR/UNS': 'BI-01 BI-02',
    },
  },
  {
    group: 'GATT/SR',
    tier: 2,
    cases: {
      'GATT/SR/GAC': 'BI-01',
      'GATT/SR/GAR': 'BV-11 BV-12',
      'GATT/SR/GAW': 'BV-02 BI-01 BI-40 BV-12 BV-13 BV-14 BI-38 BI-41',
      'GATT/SR/GAN': 'BV-02',
      'GATT/SR/GAS': 'BV-08',
      'GATT/SR/GPA': 'BV-12 BV-11',
      'GATT/SR/GPM': 'BV-05',
    },
  },
  {
    group: 'GATT/CL',
    tier: 2,
    cases: {
      'GATT/CL/GAR': 'BI-35 BV-10 BV-11',
      'GATT/CL/GAW': 'BV-02',
      'GATT/CL/GAN': 'BV-02',
      'GATT/CL/GAS': 'BV-04 BV-05',
      'GATT/CL/GAT': 'BV-03',
      'GATT/CL/GPA': 'BV-12 BV-11',
      'GATT/CL/GPM': 'BV-11',
    },
  },
  {
    group: 'SM/CEN',
    tier: 1,
    cases: {
      'SM/CEN/PROT': 'BV-01',
      'SM/CEN/JW': 'BV-01 BI-04 BV-05 BI-01 BI-06',
      'SM/CEN/PKE': 'BV-01 BV-04 BI-01 BI-02 BV-05 BI-03',
      'SM/CEN/EKS': 'BV-01 BI-01',
      'SM/CEN/KDU': 'BV-05 BV-06 BV-10 BI-01 BI-04',
      'SM/CEN/PIS': 'BV-02 BV-03',
      'SM/CEN/SCJW': 'BV-01 BV-04 BI-01',
      'SM/CEN/SCPK': 'BV-01 BV-04 BI-01 BI-02 BV-05',
      'SM/CEN/SCOB': 'BV-01 BV-04 BI-01 BI-04',
    },
  },
  {
    group: 'SM/PER',
    tier: 1,
    cases: {
      'SM/PER/PROT': 'BV-02',
      'SM/PER/JW': 'BV-02 BI-03 BI-02',
      'SM/PER/PKE': 'BV-02 BV-05 BI-03',
      'SM/PER/EKS': 'BV-02 BI-02',
      'SM/PER/KDU': 'BV-01 BV-02 BV-08 BI-01 BI-04 BI-02 BI-03 BV-07',
      'SM/PER/PIS': 'BV-01 BV-02',
      'SM/PER/SCJW': 'BV-02 BV-03 BI-02',
      'SM/PER/SCPK': 'BV-02 BV-03 BI-03 BI-04',
      'SM/PER/SCOB': 'BV-02 BV-03 BI-02 BI-03',
    },
  },
  {
    group: 'SM/CEN',
    tier: 2,
    cases: {
      'SM/CEN/OOB': 'BV-01 BV-03 BV-05 BV-07 BV-09 BI-01',
      'SM/CEN/SIGN': 'BV-01 BV-03 BI-01',
      'SM/CEN/KDU': 'BV-04 BV-11',
    },
  },
  {
    group: 'SM/PER',
    tier: 2,
    cases: {
      'SM/PER/OOB': 'BV-02 BV-04 BV-06 BV-08 BV-10 BI-02',
      'SM/PER/KDU': 'BV-03 BV-09',
    },
  },
  {
    group: 'SM',
    tier: 2,
    cases: {
      'SM/SIGN': 'BI-02',
    },
  },
  {
    group: 'L2CAP/LE',
    tier: 1,
    cases: {
      'L2CAP/LE/CPU': 'BV-01 BV-02 BI-01 BI-02',
      'L2CAP/LE/REJ': 'BI-02',
      'L2CAP/LE/CID': 'BI-01',
      'L2CAP/LE/CFC':
        'BV-01 BV-02 BV-03 BV-04 BV-05 BV-06 BV-07 BV-08 BV-09 BV-10 BV-11 BV-12 BV-13 BV-14 BV-15 BV-16 BV-17 BV-18 BV-19 BV-20 BV-21 BV-22 BV-23 BV-24 BV-25 BV-26 BV-27 BV-28 BV-29 BV-32 BI-01 BV-30 BV-31',
      'L2CAP/COS/CED': 'BI-05 BI-09 BI-11 BI-13 BI-16 BI-17 BI-29',
      'L2CAP/COS/CFC': 'BV-01 BV-02 BV-03 BV-04 BV-05',
    },
  },
  {
    group: 'L2CAP/LE',
    tier: 2,
    cases: {
      'L2CAP/ECFC':
        'BV-01 BV-02 BV-03 BV-04 BV-06 BV-07 BI-01 BI-02 BV-08 BV-09 BV-10 BV-11 BV-12 BV-13 BV-14 BV-15 BV-16 BV-17 BV-18 BV-19 BV-20 BV-21 BV-22 BV-23 BI-03 BV-24 BV-25 BI-04 BV-26 BV-27 BI-05 BI-06 BV-28 BV-29 BI-07 BV-30 BV-31 BV-32 BV-33 BV-34 BV-35 BV-38 BV-80 BV-39 BV-41',
      'L2CAP/TIM': 'BV-03',
      'L2CAP/COS/CED': 'BI-18 BI-19 BI-20 BI-21 BI-22 BI-23 BI-24 BI-25',
      'L2CAP/COS/ECFC': 'BV-01 BV-02 BV-03 BV-04',
    },
  },
  {
    group: 'GAP',
    tier: 1,
    cases: {
      'GAP/BROB/BCST': 'BV-01 BV-02 BV-03 BV-04 BV-05',
      'GAP/BROB/OBSV': 'BV-01 BV-02 BV-05 BV-06',
      'GAP/DISC/NONM': 'BV-01 BV-02',
      'GAP/DISC/LIMM': 'BV-03 BV-04',
      'GAP/DISC/GENM': 'BV-03 BV-04',
      'GAP/DISC/LIMP': 'BV-01 BV-02 BV-03 BV-04 BV-05',
      'GAP/DISC/GENP': 'BV-01 BV-02 BV-03 BV-04 BV-05',
      'GAP/DISC/RPA': 'BV-01',
      'GAP/IDLE/NAMP': 'BV-01 BV-02',
      'GAP/CONN/NCON': 'BV-01 BV-02 BV-03',
      'GAP/CONN/DCON': 'BV-01 BV-04 BV-05',
      'GAP/CONN/UCON': 'BV-01 BV-02 BV-03 BV-06',
      'GAP/CONN/ACEP': 'BV-01 BV-03 BV-04',
      'GAP/CONN/GCEP': 'BV-01 BV-02 BV-05 BV-06',
      'GAP/CONN/SCEP': 'BV-01 BV-03',
      'GAP/CONN/DCEP': 'BV-01 BV-03 BV-05 BV-06',
      'GAP/CONN/CPUP': 'BV-01 BV-02 BV-03 BV-04 BV-05 BV-06 BV-08 BV-10',
      'GAP/CONN/TERM': 'BV-01',
      'GAP/CONN/PRDA': 'BV-01 BV-02',
      'GAP/BOND/NBON': 'BV-01 BV-02 BV-03',
      'GAP/BOND/BON': 'BV-01 BV-02 BV-03 BV-04',
      'GAP/SEC/AUT':
        'BV-11 BV-12 BV-13 BV-14 BV-17 BV-18 BV-19 BV-20 BV-21 BV-22 BV-23 BV-24 BV-25 BV-26 BV-27 BV-28',
      'GAP/SEC/SEM':
        'BV-21 BV-37 BV-38 BV-22 BV-39 BV-40 BV-23 BV-24 BI-09 BI-20 BI-21 BV-26 BV-41 BV-42 BV-27 BV-43 BV-44 BV-28 BV-29 BI-10 BI-22 BI-23 BV-56 BV-62 BV-57 BV-63 BV-58 BV-64 BV-59 BV-65 BV-60 BV-66 BV-61 BV-67 BV-45',
      'GAP/PRIV/CONN': 'BV-10 BV-11 BV-12',
      'GAP/ADV': 'BV-01 BV-02 BV-03 BV-04 BV-05 BV-08 BV-09 BV-10 BV-11 BV-12 BV-13 BV-14 BV-17 BV-18 BV-19',
      'GAP/GAT': 'BV-04 BV-16 BV-17 BV-18',
    },
  },
  {
    group: 'GAP',
    tier: 2,
    cases: {
      'GAP/SEC/CSIGN': 'BV-01 BV-02 BI-01 BI-02 BI-03 BI-04',
      'GAP/GAT': 'BV-12 BV-19 BV-05 BV-06',
      'GAP/PADV/PASM': 'BV-01',
      'GAP/PADV/PAM': 'BV-01',
      'GAP/PADV/PASE': 'BV-01 BV-02 BV-03 BV-04 BV-05 BV-06',
      'GAP/PADV/PAST': 'BV-01 BV-02',
      'GAP/CSUB/CSR': 'BV-01',
      'GAP/CSUB/CSU': 'BV-01',
    },
  },
  {
    group: 'GAP',
    tier: 3,
    cases: {
      'GAP/SEC/SEM': 'BV-31 BV-32 BI-13 BV-34 BV-35 BV-69 BV-70 BV-71 BV-72 BV-73 BV-74 BV-75 BV-76',
      'GAP/ADV': 'BV-20 BV-21',
      'GAP/SCN': 'BV-01',
      'GAP/GAT': 'BV-15 BV-09 BV-10 BV-11',
      'GAP/PADV/PASM': 'BV-02',
      'GAP/PADV/PAM': 'BV-02',
      'GAP/PADV/PASE': 'BV-07 BV-08 BV-09 BV-10 BV-11 BV-12',
      'GAP/PADV/PAST': 'BV-03 BV-04',
      'GAP/PADV/PAC': 'BV-01 BV-02',
      'GAP/BIS/BSE': 'BV-01',
      'GAP/BIS/BBM': 'BV-01',
      'GAP/CS': 'BV-01 BV-02',
    },
  },
];

/** IDs in full, of features with the last parts of their IDs. */
export const inFull = (cases: Readonly<Record<string, string>>): string[] =>
  Object.entries(cases).flatMap(([feature, numbers]) =>
    numbers.split(' ').map((number) => `${feature}/${number}-C`),
  );

/** The IDs of a group in full. */
export const idsOf = ({ cases }: CaseGroup): string[] => inFull(cases);
