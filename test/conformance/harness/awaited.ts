/** Why cases have no test yet. A case that is neither tested nor named here fails the run, and so does one that is both. */
export const awaited: readonly { readonly why: string; readonly cases: Readonly<Record<string, string>> }[] =
  [
    {
      why: 'who hides broadcasts under resolvable addresses, the other choice of Vol 3, Part C, 10.7.3, and answers whoever asks for more',
      cases: {
        'GAP/BROB/BCST': 'BV-04 BV-05',
      },
    },
    {
      why: 'periodic advertising and subrating are not there',
      cases: {
        'GAP/PADV/PASM': 'BV-01',
        'GAP/PADV/PAM': 'BV-01',
        'GAP/PADV/PASE': 'BV-01 BV-02 BV-03 BV-04 BV-05 BV-06',
        'GAP/PADV/PAST': 'BV-01 BV-02',
        'GAP/CSUB/CSR': 'BV-01',
        'GAP/CSUB/CSU': 'BV-01',
      },
    },
    {
      why: 'broadcast isochronous streams, responses to periodic advertising, encrypted advertising data and channel sounding are not there',
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
