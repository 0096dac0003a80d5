import base64
import hashlib
import hmac
import time

TOLERANCE_SECONDS = 300


def is_valid(secrets, headers, body):
    """Returns whether one of the secrets (whsec_...) signed the request at most five minutes ago.

    headers: a mapping with lower-case names; body: the bytes as they were received.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    try:
        is_recent = abs(time.time() - int(timestamp)) <= TOLERANCE_SECONDS
    except ValueError:
        return False
    if not is_recent or message_id == "":
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    given = headers.get("webhook-signature", "").encode().split(b" ")
    expected = [b"v1," + _signature(secret, signed) for secret in secrets]
    return any(hmac.compare_digest(one, other) for one in expected for other in given)


def _signature(secret, signed):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
