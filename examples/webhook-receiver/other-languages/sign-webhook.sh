#!/bin/sh
# Usage: WEBHOOK_SECRET=whsec_... sh sign-webhook.sh <webhook-id> <webhook-timestamp> <file with the body>
set -eu
key=$(printf %s "${WEBHOOK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
signature=$({ printf '%s.%s.' "$1" "$2" && cat "$3"; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
printf 'v1,%s\n' "$signature"
