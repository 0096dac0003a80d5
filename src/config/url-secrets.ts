import { parse } from 'pg-connection-string';

/**
 * The password of a valid database URL, from the user information or the query, both decoded like the driver does and
 * raw.
 */
export function databaseUrlSecrets(url: string): readonly string[] {
  const { password = '' } = parse(url);
  const raw = URL.canParse(url) ? new URL(url).password : '';
  return [password, raw].filter((secret) => secret !== '');
}

/**
 * The credentials in a valid URL that are sent as HTTP Basic: the password, raw and decoded, and their Basic text.
 */
export function basicSecrets(url: string): readonly string[] {
  const { username, password } = new URL(url);
  if (username + password === '') return [];
  const [user = '', plain = ''] = [username, password].map(decodeURIComponent);
  const basic = Buffer.from(`${user}:${plain}`).toString('base64');
  return [password, plain, basic].filter((secret) => secret !== '');
}
