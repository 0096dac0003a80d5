import { isPublicAddress } from './public-address';

/** Each range by its first and last address, and what lies right beside it where that is public. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  'this network (0/8)': ['0.0.0.0', '0.0.0.1', '0.255.255.255'],
  'private (10/8, 172.16/12, 192.168/16)': [
    ...['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  ],
  'shared (100.64/10)': ['100.64.0.0', '100.127.255.255'],
  'loopback (127/8)': ['127.0.0.0', '127.0.0.1', '127.255.255.255'],
  'link-local (169.254/16), metadata of clouds among it': [
    '169.254.0.0',
    '169.254.169.254',
    '169.254.255.255',
  ],
  'protocol assignments (192.0.0/24)': ['192.0.0.0', '192.0.0.170', '192.0.0.255'],
  'documentation (three /24)': [
    ...['192.0.2.0', '192.0.2.255', '198.51.100.0', '198.51.100.255', '203.0.113.0', '203.0.113.255'],
  ],
  'AS112 and AMT': ['192.31.196.1', '192.52.193.1', '192.175.48.1'],
  '6to4 relays (192.88.99/24)': ['192.88.99.0', '192.88.99.255'],
  'benchmarking (198.18/15)': ['198.18.0.0', '198.19.255.255'],
  'multicast (224/4)': ['224.0.0.0', '224.0.0.1', '239.255.255.255'],
  'reserved (240/4) and broadcast': ['240.0.0.0', '255.255.255.254', '255.255.255.255'],
  'unspecified and loopback in IPv6': ['::', '::1', '0:0:0:0:0:0:0:1'],
  'IPv4-compatible (::/96)': ['::2', '::127.0.0.1', '::7f00:1', '::8.8.8.8', '::ffff'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:10.0.0.1', '::ffff:8.8.8.8%lo'],
  'IPv4-translated': ['::ffff:0:127.0.0.1', '::ffff:0:808:808'],
  'NAT64 (64:ff9b::/96) to an address that is not public': [
    ...['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b::169.254.169.254', '64:ff9b::8.8.8.8%lo'],
  ],
  'NAT64 with a local prefix (64:ff9b:1::/48), and beside both': [
    ...['64:ff9b:1::1', '64:ff9b:1::8.8.8.8', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', '64:ff9b::1:0:808:808'],
  ],
  'discard-only and dummy (100::/64, 100:0:0:1::/64)': ['100::', '100::1', '100:0:0:1::1'],
  'IETF protocol assignments (2001::/23), Teredo, ORCHID and benchmarking among it': [
    ...[
      '2001::1',
      '2001:0:7f00:1::',
      '2001:1::1',
      '2001:2::1',
      '2001:10::1',
      '2001:20::1',
      '2001:1ff:ffff::1',
    ],
  ],
  'documentation in IPv6': ['2001:db8::1', '2001:db8:ffff::1', '3fff::1', '3fff:fff::1'],
  '6to4': ['2002::1', '2002:7f00:1::1', '2002:808:808::1'],
  'segment routing (5f00::/16)': ['5f00::1'],
  'unique local (fc00::/7)': ['fc00::', 'fc00::1', 'fd00:ec2::254', 'fdff:ffff::1'],
  'link-local in IPv6, with and without a zone': ['fe80::1', 'fe80::1%lo', 'febf::1'],
  'site-local (fec0::/10)': ['fec0::1', 'feff::1'],
  'multicast in IPv6': ['ff00::1', 'ff02::1', 'ff05::2', 'ffff::1'],
  'not given out by IANA': ['200::1', '1000::1', '1fff::1', '4000::1', '8000::1', 'e000::1', 'fe00::1'],
  'no address': [
    '',
    ' ',
    '127.1',
    '0x7f.1',
    '8.8',
    '134744072',
    '010.8.8.8',
    '8.8.8.8 ',
    'localhost',
    '[2606:4700::1]',
  ],
};

describe(isPublicAddress.name, () => {
  it.each(Object.entries(FORBIDDEN))('is false for %s', (_range, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  it.each([
    ...['1.0.0.0', '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0'],
    ...['126.255.255.255', '128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0'],
    ...['192.0.1.0', '192.0.3.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
    ...['198.51.99.255', '203.0.114.0', '223.255.255.255'],
    ...['64:ff9b::8.8.8.8', '64:FF9B:0::808:808', '::ffff:8.8.8.8', '::ffff:808:808'],
    ...['2001:200::1', '2001:4860:4860::8888', '2003::1', '2606:4700:4700::1111', '2A00:1450::1', '2c0f::1'],
  ])('is true for %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});
