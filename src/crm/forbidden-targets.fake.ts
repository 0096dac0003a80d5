/** Hosts that become a forbidden address when a URL is parsed, and that the configuration accepts. */
export const CONFIGURABLE = [
  // IPv4
  '127.0.0.1 127.0.0.2 127.255.255.254 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1',
  '169.254.169.254 100.64.0.1 100.127.255.255 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1',
  '203.0.113.1 192.88.99.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255',
  // IPv6, in every zero-compression
  '[::1] [0::1] [::0:1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::] [0::0]',
  '[0:0:0:0:0:0:0:0] [::0.0.0.0] [::0.0.0.1]',
  // IPv4 within IPv6
  '[::ffff:127.0.0.1] [::FFFF:127.0.0.1] [::ffff:7f00:1] [::FFFF:7F00:0001]',
  '[0:0:0:0:0:ffff:127.0.0.1] [0:0:0:0:0:ffff:7f00:1] [0::ffff:a9fe:a9fe]',
  '[::127.0.0.1] [::7f00:1] [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:7f00:0001::1] [2001:0:7f00:1::]',
  // IPv6 of its own
  '[fe80::1] [FE80:0::1] [febf::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [100::1]',
  '[2001:db8::1] [2001:DB8:0:0::1] [3fff::1] [5f00::1] [4000::1]',
  // Something before the host that is not the host
  'user@127.0.0.1 user:password@127.0.0.1 crm.example.com@127.0.0.1 crm.example.com:443@127.0.0.1',
  'user@[::1] crm.example.com%40x@127.0.0.1',
].flatMap((hosts) => hosts.split(' '));

/** Hosts that become a forbidden address when a URL is parsed, and that the configuration refuses. */
export const REFUSED_AT_START = [
  // Decimal, octal, hexadecimal, mixed
  '2130706433 017700000001 0177.0.0.1 0177.0.0.01 0x7f.0.0.1 0177.0.0x0.1 00000177.0.0.1 2852039166',
  '0251.0376.0251.0376 0x7f000001 0X7F000001 0x7f.0x0.0x0.0x1 0xa9fea9fe 0x0',
  // Digits that only look different
  '①②⑦.⓪.⓪.① 127。0。0。1 127｡0｡0｡1 ①⑥⑨.②⑤④.①⑥⑨.②⑤④',
  // Short
  '127.1 127.0.1 127.65535 0x7f.1 0177.1 0 00',
  // Full-width, percent-encoded, with a dot at the end
  '127．0．0．1 １２７.０.０.１ ２１３０７０６４３３ %31%32%37.0.0.1 127.0.0.1%2e 127%2E0%2E0%2E1 127.0.0.1. 127.1.',
  '2130706433. 0x7f.1.',
].flatMap((hosts) => hosts.split(' '));

/** Hosts that cannot be part of a URL. */
export const NO_URLS = [
  '256.256.256.256 127.0.0.256 4294967296 0x100000000 1.2.3.4.5 08.1.1.1 127..0.1 [::1 ::1 [::1%lo]',
  '[::1%25lo] [fe80::1%25eth0] [1::2::3] [::ffff:127.1] [::ffff:0x7f.0.0.1] 127.0.0.1%00',
  '127.0.0.1%2f [::1]. [127.0.0.1] user@',
]
  .flatMap((hosts) => hosts.split(' '))
  .concat('', '127.0.0.1 ');

/** Names with the addresses that their owner's name server returns. */
export const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'localhost.localdomain': ['127.0.0.1'],
  'crm.localhost': ['::1'],
  'ip6-localhost': ['::1'],
  '127.0.0.1.nip.io': ['127.0.0.1'],
  '7f000001.nip.io': ['127.0.0.1'],
  'crm-127-0-0-1.sslip.io': ['127.0.0.1'],
  'localtest.me': ['::1', '127.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  'intranet.example.com': ['10.1.2.3'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'nat64.example.com': ['64:ff9b::7f00:1'],
  'zone.example.com': ['fe80::1%lo'],
  'both-families.example.com': ['10.1.2.3', '::1'],
  'xn--lcalhost-n4a': ['127.0.0.1'],
};
